"""The seed: facts that people wrote down in YAML, a file per drug, and the sources they cite.

Any file may hold `sources`, `conditions` and `targets`; one that holds a `drug` holds its facts
too. Nothing is written unless every file is right, and then all of it or nothing.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field, ValidationError, create_model
from pydantic_core import ErrorDetails
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, col

from app.ingest.bulk_insert import Tables
from app.ingest.mentions.word_rules import FOLDER
from app.ingest.publishing.publish import publish
from app.ingest.publishing.rebuilding import bring_up_to_date
from app.ingest.publishing.references import SEED
from app.ingest.publishing.release_writer import (
    File,
    Loaded,
    current_release,
    write_alone,
    write_release,
)
from app.ingest.seed.cross_references import Report, SeedReferences, fact_id
from app.ingest.seed.entries import Entry, entry_of, fact_entry_of
from app.ingest.seed.yaml_files import (
    FileProblem,
    Location,
    UnusableFilesError,
    YamlFile,
    read_yaml,
)
from app.ingest.sources import IMPORTERS
from app.ingest.sources.interface import SourceVersion, Substance
from app.ingest.staging.preparing import (
    PreparedRecord,
    digest_of,
    json_text,
    prepared,
    stored_statement,
    stored_substance,
)
from app.ingest.staging.upserting import Staging, content_digest, save_source
from app.models.base import PartialDate, table_of
from app.models.condition import Condition
from app.models.discrepancy import DiscrepancyFields
from app.models.drug import Drug, DrugFields, NameType
from app.models.fact import Detail, Fact, fact_kinds
from app.models.mechanism import Target
from app.models.source import Source
from app.models.source_record import SourceState

SHARED: dict[str, type[SQLModel]] = {"sources": Source, "conditions": Condition, "targets": Target}
"""What facts of several drugs refer to."""


class CoverageEntry(Entry):
    """That a source was read for some kinds of fact, whether or not it had any."""

    source: str = Field(description="The source's id.")
    kinds: list[str] = Field(min_length=1, description="The kinds of fact it was read for.")
    complete: bool = Field(default=False, description="It claims to hold every such fact.")


@cache
def seed_file_model() -> type[Entry]:
    """What one file of the seed may hold; the editor's JSON Schema is made from it."""
    fields: dict[str, Any] = {
        name: (list[entry_of(table)], Field(default_factory=list))  # type: ignore[misc] # made here
        for name, table in SHARED.items()
    }
    fields["drug"] = (entry_of(DrugFields) | None, None)
    fields["reviewed"] = (
        PartialDate | None,
        Field(None, description="The day on which the drug's facts were last checked."),
    )
    fields["coverage"] = (list[CoverageEntry], Field(default_factory=list))
    for kind, detail in fact_kinds().items():
        fields[kind] = (list[fact_entry_of(detail)], Field(default_factory=list))  # type: ignore[misc] # made here
    return create_model("SeedFile", __base__=Entry, __doc__="One file of the seed.", **fields)


def seed_schema() -> str:
    """The JSON Schema by which an editor completes and checks the seed's files."""
    schema = seed_file_model().model_json_schema()
    _let_years_be_numbers(schema)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _let_years_be_numbers(schema: Any) -> None:
    """An editor reads `published: 2007` as a number; the loader reads it as it is written."""
    if isinstance(schema, dict):
        if str(schema.get("pattern", "")).startswith(r"^\d{4}"):
            schema["type"] = ["string", "integer"]
        for inner in schema.values():
            _let_years_be_numbers(inner)
    if isinstance(schema, list):
        for inner in schema:
            _let_years_be_numbers(inner)


def seed_files(folder: Path) -> list[File]:
    """The seed's files, with what they hold, in the order of their names."""
    found = (*folder.rglob("*.yaml"), *folder.rglob("*.yml"))
    rules = folder / FOLDER
    paths = sorted(path for path in found if path.is_file() and rules not in path.parents)
    if not paths:
        raise UnusableFilesError([FileProblem(str(folder), 1, "", "there is no .yaml file here.")])
    return [File.of(path, path.relative_to(folder).as_posix()) for path in paths]


def load_seed(engine: Engine, folder: Path) -> Loaded:
    """Bring the database to what the seed says, in one transaction; nothing if it is there.

    Raises `UnusableFilesError`, having written nothing, if any file cannot be used.
    """
    files = seed_files(folder)
    with engine.connect() as connection:
        loaded = _loaded(connection, files)
    if loaded is not None:
        return loaded
    records, as_of = read_seed(folder)
    with engine.connect() as connection, connection.begin() as transaction:
        write_alone(connection)
        loaded = _loaded(connection, files)
        if loaded is not None:  # another loader was faster
            transaction.rollback()
            return loaded
        return _load(connection, records, files, as_of)


def is_loaded(connection: sa.Connection, files: list[File]) -> bool:
    """Whether the database holds what these files of the seed say."""
    inputs = connection.scalar(sa.select(col(SourceState.inputs)).where(IS_SEED))
    return bool(inputs == _digest_of(files))


def _loaded(connection: sa.Connection, files: list[File]) -> Loaded | None:
    return current_release(connection) if is_loaded(connection, files) else None


def _load(
    connection: sa.Connection, records: list[PreparedRecord], files: list[File], as_of: str
) -> Loaded:
    bring_up_to_date(connection)
    table = table_of(SourceState)
    before = connection.execute(sa.select(*table.c).where(IS_SEED)).one_or_none()
    if before is None:
        save_source(connection, SEED)
    tables = Tables(connection)
    staging = Staging(connection, SEED, tables, before)
    for record in records:
        staging.add(record)
    staging.remove_unseen(SourceVersion())
    changes = staging.changes
    content = content_digest(before.content if before else None, changes)
    save_source(connection, SEED, as_of=as_of, content=content, inputs=_digest_of(files))
    publish(connection, tables, changes)
    return write_release(connection, tables, changes, files, SourceVersion())


IS_SEED = col(SourceState.id) == SEED


def _digest_of(files: list[File]) -> str:
    """A digest of the seed's files, and of what this program makes of them."""
    said = "".join(f"{file.name} {file.sha256}\n" for file in files)
    return hashlib.sha256(said.encode()).hexdigest()


def read_seed(folder: Path) -> tuple[list[PreparedRecord], str]:
    """The seed's records, and the latest day it was reviewed; raises `UnusableFilesError`."""
    reading = _SeedReader()
    for file in seed_files(folder):
        reading.read(read_yaml(folder / file.name, f"{folder.name}/{file.name}"))
    if reading.problems:  # before what refers to what they define is missed
        raise UnusableFilesError(reading.problems)
    reading.check()
    if not (reading.problems or reading.drugs):
        reading.problems.append(FileProblem(folder.name, 1, "", "no file here holds a drug."))
    if reading.problems:
        raise UnusableFilesError(reading.problems)
    records = [_drug_record(content) for content in reading.drugs]
    shared = _shared_record([content for _, content in reading.files])
    return [shared, *records], max(drug.reviewed for drug in reading.drugs)


class _SeedReader:
    """The seed's files, each checked by itself and then against the others."""

    def __init__(self) -> None:
        self.files: list[tuple[YamlFile, Any]] = []
        self.problems: list[FileProblem] = []
        self.facts: dict[str, Any] = {}

    @property
    def drugs(self) -> list[Any]:
        return [content for _, content in self.files if content.drug is not None]

    def read(self, file: YamlFile) -> None:
        """Check one file by itself."""
        self.problems += file.problems
        if not file.problems:
            try:
                self.files.append((file, seed_file_model().model_validate(file.data)))
            except ValidationError as error:
                self.problems += [
                    file.problem(_located(problem["loc"], file.data), _expected(problem))
                    for problem in error.errors()
                ]

    def check(self) -> None:
        """Check the files against each other: one may refer to what stands in another."""
        references = SeedReferences()
        for file, content in self.files:
            self._define_ids(references, file, content)
        for file, content in self.files:
            self._check(references, file, content)

    def _report(self, file: YamlFile) -> Report:
        return lambda location, expected: self.problems.append(file.problem(location, expected))

    def _define_ids(self, references: SeedReferences, file: YamlFile, content: Any) -> None:
        report = self._report(file)
        for name, table in SHARED.items():
            for i, entry in enumerate(getattr(content, name)):
                references.define(table, entry.id, (name, i, "id"), report)
                if table is Source and entry.id in IMPORTERS:
                    report((name, i, "id"), f"'{entry.id}' is what `medfacts import` loads.")
        if content.drug is not None:
            references.define(Drug, content.drug.id, ("drug", "id"), report)
            for table, location, entry in _facts(content):
                id_ = fact_id(content.drug.id, table, entry.key)
                references.define(Fact, id_, (*location, "key"), report)
                self.facts[id_] = entry

    def _check(self, references: SeedReferences, file: YamlFile, content: Any) -> None:
        report = self._report(file)
        for name, table in SHARED.items():
            for i, entry in enumerate(getattr(content, name)):
                references.check(table, entry, entry.id, (name, i), report)
        facts = list(_facts(content))
        if content.drug is None:
            kinds = {table.kind_name for table, _, _ in facts}
            for name in ("reviewed", "coverage", *sorted(kinds)):
                if getattr(content, name):
                    report((name,), "belongs to a drug, and this file has no `drug`.")
            return
        if content.reviewed is None or len(content.reviewed) != len("2026-11-23"):
            report(("reviewed",), "expected the day the facts were last checked, YYYY-MM-DD.")
        if content.drug.name not in [name.name for name in content.drug.names]:
            report(("drug", "names"), f"'{content.drug.name}' itself must be among the names.")
        references.check(DrugFields, content.drug, content.drug.id, ("drug",), report)
        for table, location, entry in facts:
            references.check_fact(table, entry, content.drug.id, location, report)
            if isinstance(entry, entry_of(DiscrepancyFields)):
                self._check_subject(entry, content.drug, location, report)
        for i, entry in enumerate(content.coverage):
            references.must_know(Source, entry.source, ("coverage", i, "source"), report)
            if any(kind not in fact_kinds() for kind in entry.kinds):
                report(("coverage", i, "kinds"), f"kinds are {', '.join(fact_kinds())}.")

    def _check_subject(
        self, discrepancy: Any, drug: Any, location: Location, report: Report
    ) -> None:
        if len(discrepancy.values) == 1:
            report((*location, "values"), "one value is no disagreement; expected two or more.")
        subject = drug if discrepancy.subject is None else self.facts.get(discrepancy.subject)
        if subject is not None and not _points_into(subject, discrepancy.field):
            report((*location, "field"), f"points at nothing in '{discrepancy.subject}'.")


def _drug_record(content: Any) -> PreparedRecord:
    """What a drug's file says, as a record: each name and each fact with its own citations."""
    drug = content.drug
    body = {
        "locator": "",
        "names": [[name.name, name.type, name.cite] for name in drug.names],
        "identifiers": [[i.system, i.value, i.cite] for i in drug.identifiers],
        "classes": [[c.name, c.type, c.id, c.cite] for c in drug.classes],
        "approvals": [approval.model_dump(mode="json") for approval in drug.approvals],
        "statuses": [[status.status, status.cite] for status in drug.statuses],
        "ingredients": [i.model_dump(mode="json") for i in drug.ingredients],
        "kinds": [],
        "coverage": _coverage(content),
        "description": drug.description,
        "cite": drug.cite,
    }
    substance = Substance(
        (drug.name, *(n.name for n in drug.names if n.type != NameType.BRAND)),
        tuple((identifier.system, identifier.value) for identifier in drug.identifiers),
        distinct=True,
    )
    stored = stored_substance(substance, substance.identifiers, drug.id)
    statements, new = [], {}
    for table, _, entry in _facts(content):
        said = stored_statement(entry)
        digest = digest_of([table.kind_name, said])
        new[digest] = (table.kind_name, said)
        cite = None if table.cited_by else json_text(entry.cite)
        statements.append((digest, f"/{fact_id(drug.id, table, entry.key)}", "", cite))
    return prepared(drug.id, "", json_text(body).encode(), {drug.id: stored}, statements, new, [])


def _shared_record(contents: list[Any]) -> PreparedRecord:
    """The sources, conditions and targets of every file, as one record."""
    references = [
        (table_of(table).name, entry.id, json_text(entry.model_dump(mode="json")))
        for content in contents
        for name, table in SHARED.items()
        for entry in getattr(content, name)
    ]
    body = {"locator": "", "kinds": []}
    return prepared("/shared", "", json_text(body).encode(), {}, [], {}, references)


def _coverage(content: Any) -> list[tuple[str, str, bool, str]]:
    """What the file says it searched, and every source that a fact cites."""
    searched: dict[tuple[str, str], bool] = {}
    for table, _, entry in _facts(content):
        for source in sorted(_cited(entry)):
            searched[table.kind_name, source] = False
    for entry in content.coverage:
        for kind in entry.kinds:
            searched[kind, entry.source] = entry.complete
    return [(*key, complete, content.reviewed) for key, complete in searched.items()]


def _facts(content: Any) -> Iterator[tuple[type[Detail], Location, Any]]:
    for kind, table in fact_kinds().items():
        for i, entry in enumerate(getattr(content, kind)):
            yield table, (kind, i), entry


def _cited(written: Any) -> set[str]:
    """The sources that an entry and its parts cite."""
    if isinstance(written, list):
        return set().union(*(_cited(item) for item in written))
    if not isinstance(written, BaseModel):
        return set()
    own = set(getattr(written, "cite", None) or {})
    return own.union(*(_cited(getattr(written, name)) for name in type(written).model_fields))


def _points_into(entry: BaseModel, pointer: str) -> bool:
    """Whether a JSON Pointer (RFC 6901) leads to something that the entry has."""
    value: Any = entry.model_dump(mode="json")
    if not pointer.startswith("/"):
        return False
    for step in pointer[1:].split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return False
    return value is not None


def _located(location: tuple[int | str, ...], data: Any) -> Location:
    """Pydantic's location, less the steps that name a type and not a place in the file."""
    steps: list[int | str] = []
    for i, step in enumerate(location):
        last = i == len(location) - 1
        inside = (isinstance(data, list) and isinstance(step, int) and step < len(data)) or (
            isinstance(data, dict) and step in data
        )
        if inside:
            data = data[step]
        elif not last or not isinstance(data, dict):
            continue
        steps.append(step)
    return tuple(steps)


def _expected(problem: ErrorDetails) -> str:
    """What would have been right, and what stands there instead."""
    if problem["type"] == "missing":
        return "is missing."
    if problem["type"] == "extra_forbidden":
        return "there is no such field."
    if problem["type"] == "too_short":
        return "expected at least 1, found none."
    message = problem["msg"].removeprefix("Value error, ")
    message = message.removeprefix("Input should be ")
    if problem["type"] in ("model_type", "dict_type"):
        message = "fields, each with its value"
    found = problem["input"]
    written = f", found '{found}'" if isinstance(found, str) else ""
    return f"expected {message}{written}."
