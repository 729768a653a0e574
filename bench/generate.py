"""A made-up catalogue of any size, the same every time: no drug, trial or warning in it is real.

Drug number 7 is the same drug in a catalogue of 20 and of 200,000.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from random import Random

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.database.engines import Row, table_of
from app.documents.drug_records import drug_as_served
from app.documents.fact_records import Searched, coverage, fact_as_served
from app.documents.records import Found, SourceLink
from app.documents.rendering import DOCUMENT_VERSION, document_of, documents_of
from app.ingest.bulk_insert import Tables
from app.ingest.publishing.release_writer import counts_after, with_checksum
from app.ingest.publishing.rows import Citing, nested, passages, write
from app.ingest.seed.cross_references import fact_id
from app.models.condition import Condition
from app.models.drug import Coverage, Drug
from app.models.fact import Detail, Fact, fact_kinds
from app.models.indication import Indication
from app.models.mechanism import Mechanism, Target
from app.models.pharmacokinetics import Pharmacokinetics
from app.models.release import Release, ReleaseFile
from app.models.source import Source
from app.models.trial import Trial
from app.models.warning import Warning  # noqa: A004 -- the domain's own word

AS_OF = "2026-01-31"
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

SOURCES: dict[str, Row] = {
    source: {
        "id": source,
        "title": source.replace("-", " ").capitalize(),
        "url": f"https://{source}.example/",
    }
    for source in (*REGISTRIES, *JOURNALS)
}


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

    Returns its release's counts. Memory does not grow with the catalogue.
    """
    if drugs > NAMES:
        raise ValueError(f"there are names for {NAMES} drugs only.")
    catalogue = _Catalogue(connection)
    chance = Random(20260131)
    catalogue.add_shared()
    for number in range(drugs):
        catalogue.add(_Drug(number, chance))
    return catalogue.release(f"{drugs} made-up drugs".encode())


class _Catalogue:
    """Rows, and the documents that they make, on their way into the tables."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._tables = Tables(connection)
        self._found = Found()
        self._links = {
            id_: SourceLink(id=id_, title=source["title"], url=source["url"])
            for id_, source in SOURCES.items()
        }
        self._citing = Citing(self._tables, self._found, self._links)

    def add_shared(self) -> None:
        """Add what drugs have in common: sources, conditions and targets."""
        conditions = [_slug(name) for name in CONDITIONS]
        targets = [f"receptor-{number}" for number in range(200)]
        for source in SOURCES.values():
            self._add(Source, {**source, "licence": "Made up"})
        for id_, name in zip(conditions, CONDITIONS, strict=True):
            self._add(Condition, {"id": id_, "name": name})
        for id_ in targets:
            name = id_.replace("-", " ").capitalize()
            self._add(Target, {"id": id_, "name": name, "type": "PROTEIN"})
        self._tables.write()
        for table, column, ids in (
            (Indication, "condition_id", conditions),
            (Mechanism, "target_id", targets),
        ):
            self._found.find_linked(self._connection, table, [{column: id_} for id_ in ids])
        for kind, ids in (("sources", list(SOURCES)), ("conditions", conditions)):
            for document in documents_of(self._connection, kind, ids):
                self._tables.add_document(document)

    def add(self, drug: "_Drug") -> None:
        """Add a drug with its facts."""
        row = self._add(Drug, drug.entry())
        counts = dict.fromkeys(fact_kinds(), 0)
        for table, key, entry in drug.facts():
            counts[table.kind_name] += 1
            self._add_fact(drug, table, key, entry)
        searched = {}
        for kind in fact_kinds():
            complete = kind == "warnings"
            searched[kind] = coverage([])
            if kind != "discrepancies":
                read = (drug.id, kind, "label-archive", complete, AS_OF)
                self._tables.add_all(table_of(Coverage), [read])
                searched[kind] = coverage([Searched(self._links["label-archive"], complete, AS_OF)])
        served = drug_as_served(self._found.served(Drug, row), counts, searched)
        self._tables.add_document(document_of("drugs", drug.id, drug.id, served))
        self._citing.forget()

    def release(self, content: bytes) -> dict[str, int]:
        """Write what waits, and the release; returns its counts."""
        self._tables.write()
        every = counts_after({}, self._tables.documents)
        digest = sha256(content).hexdigest()
        release = {
            "number": 1,
            "id": f"{AS_OF}-{digest[:12]}",
            "as_of": AS_OF,
            "loader": "bench",
            "counts": every,
            "loaded_at": datetime(2026, 1, 31, tzinfo=UTC),
            "document_version": DOCUMENT_VERSION,
        }
        self._connection.execute(table_of(Release).insert(), with_checksum(release))
        file = {"name": "bench/generate.py", "sha256": digest, "bytes": len(content)}
        of = {"release_number": 1, "position": 0}
        self._connection.execute(table_of(ReleaseFile).insert(), of | file)
        for document in documents_of(self._connection, "releases", [1]):
            self._tables.add_document(document)
        self._tables.finish()
        return every

    def _add_fact(self, drug: "_Drug", table: type[Detail], key: str, entry: Row) -> None:
        keys = {
            "id": fact_id(drug.id, table, key),
            "kind": table.kind_name,
            "drug_id": drug.id,
            "drug_name": drug.id,
            "statement": entry["statement"],
            "certainty": entry["certainty"],
            "substance": None,
            "evidence_id": self._citing.evidence(passages(entry["cite"])),
        }
        self._tables.add(table_of(Fact), keys)
        row = self._add(table, entry, keys)
        served = fact_as_served(row, self._found.served(table, row))
        document = document_of(table.kind_name, row["id"], drug.id, served)
        self._tables.add_document(document)

    def _add(self, table: type[SQLModel], entry: Row, keys: Row | None = None) -> Row:
        row = nested(table, entry, keys or {}, self._citing)
        write(self._tables, table, row)
        return row


class _Drug:
    """One drug as a seed would have it, and the chance that tells it from others."""

    def __init__(self, number: int, chance: Random) -> None:
        self.number = number
        self.chance = chance
        self.id = drug_name(number)
        self.name = self.id.capitalize()

    def entry(self) -> Row:
        """The drug itself."""
        cite = {"drug-vocabulary": [f"entry {self.number}"], "label-archive": [self.id]}
        names = {
            self.id: "generic",
            f"{self.name} Forte": "brand",
            f"Neo{self.id}": "brand",
            f"{self.id} hydrochloride": "synonym",
            f"{self.id} anhydrous": "synonym",
        }
        identifiers = {
            "unii": f"U{self.number:09}",
            "rxcui": f"{self.number + 1_000_000}",
            "chembl": f"CHEMBL{self.number}",
        }
        class_ = CLASSES[self.number * STRIDE % len(CLASSES)]
        return {
            "id": self.id,
            "name": self.id,
            "description": f"{self.name} is a made-up medicine for benchmarks.",
            "cite": cite,
            "names": [{"name": n, "type": t, "cite": cite} for n, t in names.items()],
            "identifiers": [
                {"system": s, "value": v, "cite": cite} for s, v in identifiers.items()
            ],
            "classes": [{"id": _slug(class_), "name": class_, "type": "EPC", "cite": cite}],
        }

    def facts(self) -> Iterator[tuple[type[Detail], str, Row]]:
        """Its facts: their tables, their keys, and what they say."""
        for number in range(4):
            yield Warning, f"section-{number + 1}", self._warning(number)
        for number in range(2):
            yield Indication, f"use-{number + 1}", self._indication(number)
        yield Mechanism, "action", self._mechanism()
        yield Pharmacokinetics, "elimination", self._pharmacokinetics()
        if self.number % 10 == 0:
            yield Trial, "study", self._trial()

    def _fact(self, section: str, least: int = 80, most: int = 250) -> Row:
        return {
            "statement": self._text(least, most),
            "certainty": self.chance.choice(("stated", "stated", "hedged")),
            "cite": {"label-archive": [f"{self.id}, section {section}"]},
        }

    def _warning(self, number: int) -> Row:
        return self._fact(f"5.{number + 1}", 100, 600) | {
            "type": "contraindication" if number == 3 else "warning",
            "category": self.chance.choice(CATEGORIES),
            "boxed": number == 0 and self.number % 7 == 0,
            "population": "Patients over 65 years of age" if number == 1 else None,
            "trigger": "Stopping suddenly after long use" if number == 2 else None,
            "consequences": ["dizziness", "drowsiness"] if number == 2 else [],
            "section": {"code": "43685-7", "name": "Warnings and Precautions"},
        }

    def _indication(self, number: int) -> Row:
        return self._fact("1") | {
            "condition": _slug(self._condition(number)),
            "status": "approved" if number == 0 else "off_label",
            "jurisdiction": "US",
            "populations": ["Adults"],
            "section": {"code": "34067-9", "name": "Indications & Usage"},
        }

    def _condition(self, number: int) -> str:
        return CONDITIONS[(self.number * 5 + number * 11) % len(CONDITIONS)]

    def _mechanism(self) -> Row:
        target = self.number * STRIDE % 200
        return self._fact("12.1") | {
            "target": f"receptor-{target}",
            "mechanism_of_action": f"Receptor {target} antagonist",
            "action_type": "ANTAGONIST",
            "affinity": {"parameter": "pKi", "value": 5 + self.number % 40 / 10},
        }

    def _pharmacokinetics(self) -> Row:
        return self._fact("12.3") | {
            "process": self.chance.choice(PROCESSES),
            "organ": "kidney",
            "value": self.number % 100,
            "unit": "percent",
        }

    def _trial(self) -> Row:
        journal = JOURNALS[self.number // 10 % len(JOURNALS)]
        cite = {journal: [f"{self.id}, table 2"]}
        arms = {self.id: "EXPERIMENTAL", "placebo": "PLACEBO_COMPARATOR"}
        doses = {self.id: [{"value": 5.0, "unit": "mg per day", "route": "oral"}]}
        return self._fact("14") | {
            "study": f"study-{self.number}",
            "title": self._text(80, 160),
            "status": "COMPLETED",
            "allocation": "RANDOMIZED",
            "intervention_model": "PARALLEL",
            "masking": "DOUBLE",
            "primary_purpose": "TREATMENT",
            "enrollment": {"count": 84, "type": "ACTUAL"},
            "start_date": "2003-10",
            "completion_date": "2006-11",
            "duration": "12 weeks",
            "locations": ["Rome"],
            "registry_ids": [f"NCT{self.number:08}"],
            "phases": ["PHASE3"],
            "conditions": [_slug(self._condition(0))],
            "arms": [
                {"id": arm, "label": arm.capitalize(), "type": type_, "participants": 42}
                | {"doses": doses.get(arm, [])}
                for arm, type_ in arms.items()
            ],
            "outcomes": [self._outcome(number, list(arms), cite) for number in range(2)],
            "conclusions": [
                {"statement": self._text(80, 200), "certainty": "hedged", "cite": cite}
            ],
        }

    def _outcome(self, number: int, arms: list[str], cite: Row) -> Row:
        counts = [12 + (self.number // 10 + 9 * i) % 18 for i in range(len(arms))]
        return {
            "statement": self._text(80, 200),
            "certainty": "stated",
            "measure": f"Outcome {number + 1}",
            "type": "SECONDARY" if number else "PRIMARY",
            "time_frame": "12 weeks",
            "unit": "participants",
            "param_type": "COUNT_OF_PARTICIPANTS",
            "cite": cite,
            "results": [
                {"arm": arm, "value": float(count), "count": count, "participants": 42}
                for arm, count in zip(arms, counts, strict=True)
            ],
            "analyses": [{"param_type": "Odds Ratio (OR)", "param_value": 1.6, "p_value": 0.04}],
        }

    def _text(self, least: int, most: int) -> str:
        """Sentences on the drug, of about as many characters."""
        wanted = self.chance.randint(least, most)
        text = f"{self.name}, in short:"
        while len(text) < wanted:
            text += " " + self.chance.choice(PHRASES)
        return text[:most]


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
