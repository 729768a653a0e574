"""A made-up catalogue of any size, the same every time: no drug, trial or warning in it is real.

Drug number 7 is the same drug in a catalogue of 20 and of 200,000.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.database import table_of
from app.ingest.releases import counts
from app.ingest.rows import Row, Rows, fact_id
from app.models.condition import Condition
from app.models.drug import Coverage, Drug, DrugClass, DrugIdentifier, DrugName, folded
from app.models.fact import Detail, Fact, fact_kinds
from app.models.indication import Indication
from app.models.mechanism import Mechanism, Target
from app.models.pharmacokinetics import Pharmacokinetics
from app.models.release import Release, ReleaseFile
from app.models.source import Source
from app.models.trial import (
    OutcomeAnalysis,
    OutcomeResult,
    Trial,
    TrialArm,
    TrialConclusion,
    TrialCondition,
    TrialDose,
    TrialOutcome,
    TrialPhase,
    TrialRegistryId,
)
from app.models.warning import Warning  # noqa: A004 -- the domain's own word
from app.records.documents import write_documents

AS_OF = "2026-01-31"
BATCH = 500
"""How many drugs are held in memory at once."""

ONSETS = ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r")
SYLLABLES = [onset + vowel for onset in ONSETS for vowel in ("a", "i", "o")]
ENDINGS = (
    *("afil", "amab", "asone", "azepam", "azole", "caine", "cillin", "dipine", "fenac", "floxacin"),
    *("gliptin", "lukast", "mycin", "olol", "oxetine", "pril", "sartan", "statin", "tidine", "vir"),
)
NAMES = len(SYLLABLES) ** 3 * len(ENDINGS)
STRIDE = 7919  # a prime that no factor of NAMES divides: neighbours in number are none in name

CONDITIONS = [
    f"{kind} of the {organ}"
    for kind in ("Inflammation", "Infection", "Pain", "Weakness", "Spasm", "Insufficiency")
    for organ in ("heart", "liver", "kidney", "lung", "skin", "stomach", "spine", "eye", "ear")
]
CLASSES = [f"{ending.capitalize()} class" for ending in ENDINGS]
REGISTRIES = ["drug-vocabulary", "label-archive", "trial-registry"]
JOURNALS = [f"journal-{number}" for number in range(1, 38)]
CATEGORIES = ("dosing", "hepatic", "renal", "pregnancy", "withdrawal", "geriatric", "overdosage")
PROCESSES = ("absorption", "distribution", "metabolism", "excretion")
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

BLANK: dict[type[SQLModel], Row] = {}
"""Each table's columns, all null: batches are inserted together, so every row has them all."""


def drug_name(number: int) -> str:
    """The name, and the id, of a drug: unique up to 540,000 drugs."""
    rest, ending = divmod(number * STRIDE % NAMES, len(ENDINGS))
    rest, last = divmod(rest, len(SYLLABLES))
    first, second = divmod(rest, len(SYLLABLES))
    return SYLLABLES[first] + SYLLABLES[second] + SYLLABLES[last] + ENDINGS[ending]


def spread_over(drugs: int, wanted: int) -> list[str]:
    """At most that many drugs' ids, from all over a catalogue."""
    step = max(1, drugs // wanted)
    return [drug_name(number) for number in range(0, drugs, step)][:wanted]


def fill(connection: sa.Connection, drugs: int) -> dict[str, int]:
    """Put a catalogue into an empty, migrated database, in the caller's transaction.

    Returns its release's counts. Holds no more than a batch of it in memory.
    """
    total: Counter[str] = Counter()
    for batch in batches(drugs):
        total.update(counts(batch))
        for table in SQLModel.metadata.sorted_tables:
            if batch.of[table]:
                connection.execute(table.insert(), batch.of[table])
    every = {noun: total[noun] for noun in counts(Rows())}
    _write_release(connection, drugs, every)
    write_documents(connection)
    return every


def batches(drugs: int) -> Iterator[Rows]:
    """The catalogue's rows, some drugs at a time; what they share comes with the first."""
    if drugs > NAMES:
        raise ValueError(f"there are names for {NAMES} drugs only.")
    chance = Random(20260131)
    yield from _filled(_shared(), [])
    for first in range(0, drugs, BATCH):
        numbers = range(first, min(first + BATCH, drugs))
        yield from _filled(Rows(), (_Drug(number, chance) for number in numbers))


def _filled(rows: Rows, drugs: Iterable["_Drug"]) -> Iterator[Rows]:
    for source in (*REGISTRIES, *JOURNALS):
        rows.claim(Source, source, (), _nothing_to_report)
    for drug in drugs:
        drug.add_to(rows)
    yield rows


def _shared() -> Rows:
    rows = Rows()
    for source in (*REGISTRIES, *JOURNALS):
        title = source.replace("-", " ").capitalize()
        url = f"https://{source}.example/"
        _add(rows, Source, id=source, title=title, url=url, licence="Made up")
    for condition in CONDITIONS:
        _add(rows, Condition, id=_slug(condition), name=condition, codes=[])
    for number in range(200):
        _add(rows, Target, id=f"receptor-{number}", name=f"Receptor {number}", type="PROTEIN")
    return rows


class _Drug:
    """One drug: what its rows have in common, and the chance that tells it from others."""

    def __init__(self, number: int, chance: Random) -> None:
        self.number = number
        self.chance = chance
        self.id = drug_name(number)
        self.name = self.id.capitalize()

    def add_to(self, rows: Rows) -> None:
        """Add the drug, its facts, and what they cite."""
        self._add_identity(rows)
        for number in range(4):
            self._add_warning(rows, number)
        for number in range(2):
            self._add_indication(rows, number)
        self._add_mechanism(rows)
        self._add_pharmacokinetics(rows)
        if self.number % 10 == 0:
            self._add_trial(rows)
        for kind in fact_kinds():
            if kind != "discrepancies":
                row = {"kind": kind, "source_id": "label-archive", "complete": kind == "warnings"}
                _add(rows, Coverage, drug_id=self.id, as_of=AS_OF, **row)

    def _add_identity(self, rows: Rows) -> None:
        evidence = _cite(
            rows, {"drug-vocabulary": [f"entry {self.number}"], "label-archive": [self.id]}
        )
        own = {"drug_id": self.id, "evidence_id": evidence}
        described = f"{self.name} is a made-up medicine for benchmarks."
        row = {"name": self.id, "folded_name": folded(self.id), "description": described}
        _add(rows, Drug, id=self.id, evidence_id=evidence, **row)
        names = {
            self.id: "generic",
            f"{self.name} Forte": "brand",
            f"Neo{self.id}": "brand",
            f"{self.id} hydrochloride": "synonym",
            f"{self.id} anhydrous": "synonym",
        }
        for i, (name, type_) in enumerate(names.items()):
            row = {"name": name, "type": type_, "folded_name": folded(name)}
            _add(rows, DrugName, position=i, **own, **row)
        identifiers = {
            "unii": f"U{self.number:09}",
            "rxcui": f"{self.number + 1_000_000}",
            "chembl": f"CHEMBL{self.number}",
        }
        for i, (system, value) in enumerate(identifiers.items()):
            _add(rows, DrugIdentifier, position=i, system=system, value=value, **own)
        class_ = CLASSES[self.number * STRIDE % len(CLASSES)]
        _add(rows, DrugClass, position=0, id=_slug(class_), name=class_, type="EPC", **own)

    def _add_fact(self, rows: Rows, table: type[Detail], key: str, cite: str, **row: Any) -> str:
        id_ = fact_id(self.id, table, key)
        least, most = (100, 600) if table is Warning else (80, 250)
        fact = {
            "statement": self._text(least, most),
            "certainty": self.chance.choice(("stated", "stated", "hedged")),
            "evidence_id": _cite(rows, {"label-archive": [f"{self.id}, {cite}"]}),
        }
        identity = {"id": id_, "kind": table.kind_name}
        _add(rows, Fact, drug_id=self.id, **identity, **fact)
        _add(rows, table, **identity, **row)
        return id_

    def _add_warning(self, rows: Rows, number: int) -> None:
        self._add_fact(
            rows,
            Warning,
            f"section-{number + 1}",
            f"section 5.{number + 1}",
            type="contraindication" if number == 3 else "warning",
            category=self.chance.choice(CATEGORIES),
            boxed=number == 0 and self.number % 7 == 0,
            population="Patients over 65 years of age" if number == 1 else None,
            trigger="Stopping suddenly after long use" if number == 2 else None,
            consequences=["dizziness", "drowsiness"] if number == 2 else [],
            section={"code": "43685-7", "name": "Warnings and Precautions"},
        )

    def _add_indication(self, rows: Rows, number: int) -> None:
        self._add_fact(
            rows,
            Indication,
            f"use-{number + 1}",
            "section 1",
            condition_id=_slug(self._condition(number)),
            status="approved" if number == 0 else "off_label",
            jurisdiction="US",
            populations=["Adults"],
            section={"code": "34067-9", "name": "Indications & Usage"},
        )

    def _condition(self, number: int) -> str:
        return CONDITIONS[(self.number * 5 + number * 11) % len(CONDITIONS)]

    def _add_mechanism(self, rows: Rows) -> None:
        target = self.number * STRIDE % 200
        self._add_fact(
            rows,
            Mechanism,
            "action",
            "section 12.1",
            target_id=f"receptor-{target}",
            mechanism_of_action=f"Receptor {target} antagonist",
            action_type="ANTAGONIST",
            affinity={"parameter": "pKi", "value": 5 + self.number % 40 / 10},
        )

    def _add_pharmacokinetics(self, rows: Rows) -> None:
        self._add_fact(
            rows,
            Pharmacokinetics,
            "elimination",
            "section 12.3",
            process=self.chance.choice(PROCESSES),
            organ="kidney",
            value=self.number % 100,
            unit="percent",
        )

    def _add_trial(self, rows: Rows) -> None:
        journal = JOURNALS[self.number // 10 % len(JOURNALS)]
        id_ = self._add_fact(
            rows,
            Trial,
            "study",
            "section 14",
            study=f"study-{self.number}",
            title=self._text(80, 160),
            status="COMPLETED",
            allocation="RANDOMIZED",
            intervention_model="PARALLEL",
            masking="DOUBLE",
            primary_purpose="TREATMENT",
            enrollment={"count": 84, "type": "ACTUAL"},
            start_date="2003-10",
            completion_date="2006-11",
            duration="12 weeks",
            locations=["Rome"],
        )
        own = {"trial_id": id_}
        _add(rows, TrialRegistryId, position=0, registry_id=f"NCT{self.number:08}", **own)
        _add(rows, TrialPhase, position=0, phase="PHASE3", **own)
        _add(rows, TrialCondition, position=0, condition_id=_slug(self._condition(0)), **own)
        arms = {self.id: "EXPERIMENTAL", "placebo": "PLACEBO_COMPARATOR"}
        for i, (arm, type_) in enumerate(arms.items()):
            row = {"id": arm, "label": arm.capitalize(), "type": type_, "participants": 42}
            _add(rows, TrialArm, position=i, **own, **row)
        dose = {"value": 5.0, "unit": "mg per day", "route": "oral"}
        _add(rows, TrialDose, arm_position=0, position=0, **own, **dose)
        evidence = _cite(rows, {journal: [f"{self.id}, table 2"]})
        for i in range(2):
            row = {"statement": self._text(80, 200), "certainty": "stated", "unit": "participants"}
            row |= {"measure": f"Outcome {i + 1}", "type": "SECONDARY" if i else "PRIMARY"}
            row |= {"param_type": "COUNT_OF_PARTICIPANTS", "time_frame": "12 weeks"}
            _add(rows, TrialOutcome, position=i, evidence_id=evidence, **own, **row)
            here = own | {"outcome_position": i}
            for j, arm in enumerate(arms):
                count = 12 + (self.number // 10 + 9 * j) % 18
                row = {"arm": arm, "value": float(count), "count": count, "participants": 42}
                _add(rows, OutcomeResult, position=j, as_printed={}, **here, **row)
            row = {"param_type": "Odds Ratio (OR)", "param_value": 1.6, "p_value": 0.04}
            _add(rows, OutcomeAnalysis, position=0, as_printed={}, **here, **row)
        row = {"statement": self._text(80, 200), "certainty": "hedged", "evidence_id": evidence}
        _add(rows, TrialConclusion, position=0, **own, **row)

    def _text(self, least: int, most: int) -> str:
        """Sentences on the drug, of about as many characters."""
        wanted = self.chance.randint(least, most)
        text = f"{self.name}, in short:"
        while len(text) < wanted:
            text += " " + self.chance.choice(PHRASES)
        return text[:most]


def _add(rows: Rows, table: type[SQLModel], **known: Any) -> None:
    if table not in BLANK:
        BLANK[table] = dict.fromkeys(column.name for column in table_of(table).columns)
    rows.of[table_of(table)].append(BLANK[table] | known)


def _cite(rows: Rows, cite: dict[str, list[str]]) -> str | None:
    return rows.evidence([cite], (), _nothing_to_report)


def _nothing_to_report(_: object, expected: str) -> None:
    raise ValueError(expected)


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _write_release(connection: sa.Connection, drugs: int, every: dict[str, int]) -> None:
    content = f"{drugs} made-up drugs".encode()
    digest = sha256(content).hexdigest()
    release = {
        "number": 1,
        "id": f"{AS_OF}-{digest[:12]}",
        "as_of": AS_OF,
        "loader": "bench",
        "counts": every,
        "loaded_at": datetime(2026, 1, 31, tzinfo=UTC),
    }
    connection.execute(table_of(Release).insert(), release)
    file = {"name": "bench/generate.py", "sha256": digest, "bytes": len(content)}
    connection.execute(table_of(ReleaseFile).insert(), {"release_number": 1, "position": 0, **file})
