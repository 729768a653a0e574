"""Made-up drugs and labels in openFDA's format, of any number and the same every time.

Nothing in them is real. Drug number 7 is the same drug among 20 and among 200,000. How many labels
have a section, and how long it is, was counted in real files of 2019 to 2024.
"""

import io
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

SEED = 20260131
ONSETS = ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r")
SYLLABLES = [onset + vowel for onset in ONSETS for vowel in ("a", "i", "o")]
ENDINGS = (
    *("afil", "amab", "asone", "azepam", "azole", "caine", "cillin", "dipine", "fenac", "floxacin"),
    *("gliptin", "lukast", "mycin", "olol", "oxetine", "pril", "sartan", "statin", "tidine", "vir"),
)
NAMES = len(SYLLABLES) ** 3 * len(ENDINGS)
STRIDE = 7919  # a prime that no factor of NAMES divides: neighbours in number are none in name

PHRASES = [
    f"{whom} {what} {when}."
    for whom in (
        "People with impaired renal function",
        "Patients over 65 years of age",
        "Those who also take a medicine that depresses the central nervous system",
        "Women who are pregnant or mean to become so",
    )
    for what in (
        "may need a lower dose",
        "were found to have higher concentrations in plasma",
        "should be observed closely by a health professional",
        "reported dizziness, drowsiness and weakness more often than others did",
    )
    for when in (
        "during the first weeks of treatment",
        "whenever the dose is changed",
        "if treatment is stopped suddenly after long use",
    )
]

LABEL_BYTES = 142_000
"""The size of a full label, on average."""

SECTIONS: dict[str, tuple[int, int]] = {
    "spl_product_data_elements": (100, 500),
    "recent_major_changes_table": (33, 610),
    "boxed_warning": (38, 1900),
    "indications_and_usage": (100, 1400),
    "dosage_and_administration": (100, 5900),
    "dosage_and_administration_table": (60, 7300),
    "dosage_forms_and_strengths": (86, 380),
    "contraindications": (100, 440),
    "warnings_and_cautions": (84, 8900),
    "warnings_and_cautions_table": (8, 6600),
    "warnings": (14, 4600),
    "precautions": (14, 8500),
    "general_precautions": (10, 1900),
    "adverse_reactions": (100, 11300),
    "adverse_reactions_table": (83, 24400),
    "drug_interactions": (84, 2900),
    "drug_interactions_table": (21, 8500),
    "use_in_specific_populations": (86, 6300),
    "pregnancy": (94, 2500),
    "pediatric_use": (94, 960),
    "geriatric_use": (89, 710),
    "overdosage": (71, 1000),
    "description": (100, 1200),
    "clinical_pharmacology": (100, 7500),
    "clinical_pharmacology_table": (35, 9600),
    "mechanism_of_action": (85, 780),
    "pharmacodynamics": (72, 1000),
    "pharmacokinetics": (87, 5400),
    "pharmacokinetics_table": (28, 8300),
    "microbiology": (7, 5500),
    "nonclinical_toxicology": (85, 1600),
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility": (93, 1300),
    "animal_pharmacology_and_or_toxicology": (20, 890),
    "clinical_studies": (85, 11400),
    "clinical_studies_table": (74, 14500),
    "how_supplied": (100, 860),
    "how_supplied_table": (28, 1600),
    "information_for_patients": (95, 2700),
    "instructions_for_use": (14, 9000),
    "instructions_for_use_table": (10, 16100),
    "spl_medguide": (33, 10000),
    "spl_medguide_table": (28, 14900),
    "spl_patient_package_insert": (34, 7600),
    "spl_patient_package_insert_table": (29, 12300),
    "spl_unclassified_section": (51, 440),
    "package_label_principal_display_panel": (100, 850),
}
"""A label's sections: how many labels of a hundred have them, and how long they are there."""

LONGEST_SECTION = 160_000
POOL = 2_000_000
"""Letters of prose, of which every text is a piece: writing it anew would take longer."""

LABELS_OF_A_DRUG = 4
"""Of these every second is worded like the one before, as those of generics are."""

SHORT_SECTIONS: dict[str, tuple[int, int]] = {
    "indications_and_usage": (100, 120),
    "mechanism_of_action": (100, 120),
    "pharmacokinetics": (100, 160),
    "boxed_warning": (14, 160),
    "contraindications": (100, 120),
    "warnings_and_cautions": (100, 400),
    "drug_interactions": (100, 160),
    "geriatric_use": (100, 120),
}
"""The same of a short label, which makes seven or eight facts."""


def drug_name(number: int) -> str:
    """The name, and the id, of a drug: unique up to 540,000 drugs."""
    rest, ending = divmod(number * STRIDE % NAMES, len(ENDINGS))
    rest, last = divmod(rest, len(SYLLABLES))
    first, second = divmod(rest, len(SYLLABLES))
    return SYLLABLES[first] + SYLLABLES[second] + SYLLABLES[last] + ENDINGS[ending]


def names_across(drugs: int, wanted: int) -> list[str]:
    """At most that many drugs' names, evenly spread over so many drugs."""
    step = max(1, drugs // wanted)
    return [drug_name(number) for number in range(0, drugs, step)][:wanted]


def write_labels(path: Path, labels: int, first: int = 0) -> None:
    """A part of openFDA's labels with full-sized labels, four of a drug."""
    numbers = range(first, first + labels)
    _write(path, labels, (_label(n, n // LABELS_OF_A_DRUG, SECTIONS) for n in numbers))


def write_short_labels(path: Path, drugs: int) -> None:
    """A part of openFDA's labels with one short label for each drug."""
    if drugs > NAMES:
        raise ValueError(f"there are names for {NAMES} drugs only.")
    _write(path, drugs, (_label(number, number, SHORT_SECTIONS) for number in range(drugs)))


def _write(path: Path, labels: int, texts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '{\n  "meta": {\n    "disclaimer": "Made up.",\n    "last_updated": "2026-01-31",\n'
            f'    "results": {{\n      "skip": 0,\n      "limit": {labels},\n'
            f'      "total": {labels}\n    }}\n  }},\n  "results": ['
        )
        for number, text in enumerate(texts):
            file.write((",\n    " if number else "\n    ") + text)
        file.write("\n  ]\n}\n")


def _label(number: int, drug: int, sections: dict[str, tuple[int, int]]) -> str:
    own = Random(f"{SEED} label {number}")
    wording = Random(f"{SEED} wording {number // 2}")
    name = drug_name(drug)
    members: dict[str, str] = {}
    for section, (share, length) in sections.items():
        letters = min(LONGEST_SECTION, 40 + int(wording.expovariate(1 / length)))
        if wording.randrange(100) >= share:
            continue
        if section.endswith("_table"):
            members[section], text = _table(wording, letters)
            if whole := members.get(section.removesuffix("_table")):  # which ends with its text
                whole = f"{whole[: max(len(whole) - len(text), 40)]} {text}"
                members[section.removesuffix("_table")] = whole
        else:
            members[section] = f"{name}: {_prose(wording, letters)}"
    set_id = str(UUID(int=own.getrandbits(128)))
    salt = " HYDROCHLORIDE" if sections is SECTIONS and drug % 3 == 0 else ""
    ndc = f"{10_000 + number % 60_000}-{number % 1000:03}"
    openfda: dict[str, list[Any]] = {
        "application_number": [f"NDA{drug % 1_000_000:06}"],
        "brand_name": [name.capitalize() + " Forte" if number % 2 == 0 else name.capitalize()],
        "generic_name": [name.upper()],
        "manufacturer_name": [f"Maker {number % 300}"],
        "product_ndc": [ndc],
        "product_type": ["HUMAN PRESCRIPTION DRUG"],
        "route": ["ORAL"],
        "substance_name": [name.upper() + salt],
        "rxcui": [str(1_000_000 + number + n) for n in range(own.randint(1, 6))],
        "spl_id": [str(UUID(int=own.getrandbits(128)))],
        "spl_set_id": [set_id],
        "package_ndc": [f"{ndc}-{n:02}" for n in range(own.randint(1, 12))],
        "unii": [f"U{drug:09}"],
    }
    if number % 2 == 0:
        openfda["pharm_class_epc"] = [f"{ENDINGS[drug % len(ENDINGS)].capitalize()} class [EPC]"]
    scalars = {
        "set_id": set_id,
        "id": openfda["spl_id"][0],
        "effective_time": f"20{10 + number % 16:02}{1 + number % 12:02}{1 + number % 28:02}",
        "version": str(1 + number % 20),
    }
    lines = [_list(key, [text], 6) for key, text in members.items()]
    lines += [f"      {json.dumps(key)}: {json.dumps(value)}" for key, value in scalars.items()]
    of_openfda = ",\n".join(_list(key, values, 8) for key, values in openfda.items())
    lines.append(f'      "openfda": {{\n{of_openfda}\n      }}')
    return "{\n" + ",\n".join(lines) + "\n    }"


def _list(key: str, values: Iterable[Any], indent: int) -> str:
    """A member with a list, indented as openFDA does; json's own indenting takes ten times it."""
    blanks = " " * indent
    items = ",\n".join(f"{blanks}  {json.dumps(value)}" for value in values)
    return f'{blanks}"{key}": [\n{items}\n{blanks}]'


def _prose(chance: Random, letters: int) -> str:
    """A piece of the pool: half of the long ones hold a letter beyond ASCII, as in real labels."""
    start = chance.randrange(POOL - letters)
    return _pool()[start : start + letters].strip()


def _table(chance: Random, letters: int) -> tuple[str, str]:
    """A table of about so many letters of HTML, and its text."""
    row = '<tr styleCode="Botrule"><td styleCode="Lrule Rrule">{}</td><td>{}</td></tr>'
    words = _prose(chance, min(letters, 2000)).replace("&", "and").replace("<", "").split()
    rows = range(1 + letters // 90)
    cells = [(words[i % len(words)], words[-i % len(words)]) for i in rows]
    html = "".join(row.format(*pair) for pair in cells)
    return (
        f'<table width="100%"><tbody>{html}</tbody></table>',
        " ".join(f"{one} {other}" for one, other in cells),
    )


@cache
def _pool() -> str:
    chance = Random(SEED)
    words = sorted({word.strip(".,") for phrase in PHRASES for word in phrase.split()})
    words += [drug_name(number) for number in range(3000)]
    words += [f"{number} mg" for number in range(5, 500, 5)]
    text = io.StringIO()
    while text.tell() < POOL:
        sentence = " ".join(chance.choices(words, k=chance.randint(6, 30)))
        mark = "• " if chance.randrange(8) == 0 else ""
        text.write(f"{mark}{sentence.capitalize()} [see Warnings ({chance.randint(1, 14)})]. ")
    return text.getvalue()
