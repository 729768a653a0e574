"""Importing: a source's files become a release, in one transaction, or nothing happens."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.engine import Engine
from sqlmodel import col

from app.database.engines import table_of
from app.ingest.bulk_insert import Tables
from app.ingest.publishing.publish import publish
from app.ingest.publishing.rebuilding import bring_up_to_date
from app.ingest.publishing.release_writer import File, Loaded, write_alone, write_release
from app.ingest.sources import IN_SEVERAL_FILES, importer_of
from app.ingest.sources.interface import Edition, Importer, Part, RefusedError
from app.ingest.staging.upserting import Changes, Staging, content_digest, save_source
from app.models.base import PartialDate
from app.models.release import Release, ReleaseFile
from app.models.source_record import (
    ImportedSource,
    ImportedSubstance,
    RecordSubstance,
    SetAside,
)

MANY = 100
"""More removed records than this, and than a fifth of all, have to be confirmed."""

MOST_UNREADABLE = 20
"""Percent of a source's records: if more of them cannot be read, nothing is taken."""


class SetAsideRow(NamedTuple):
    """What was not taken: where it stands, what it is called, why, and which drugs it could be.

    `record` is the first of the `records` that name it.
    """

    file: str
    record: str
    name: str
    reason: str
    candidates: str
    records: int = 1


class Input(Protocol):
    """A file that is imported."""

    @property
    def name(self) -> str:
        """What to call it: its path, as it was given."""

    @property
    def bytes(self) -> int:
        """Its size on disk."""

    @property
    def sha256(self) -> str:
        """Of the file as it is."""

    @property
    def modified(self) -> str:
        """The day on which it was last changed."""

    def parts(self) -> list[Part]:
        """What it holds: itself, or the members of a zip."""


@dataclass
class Report:
    """What an import did, or would do."""

    source_id: str
    counts: Counter[str] = field(default_factory=Counter)
    set_aside: list[SetAsideRow] = field(default_factory=list)
    not_taken: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    release: Loaded | None = None
    edition: Edition = field(default_factory=Edition)
    older_than: str = ""
    """The date of the complete edition that is loaded, if these files are one and are older."""


def import_files(
    engine: Engine,
    source_id: str,
    inputs: Sequence[Input],
    *,
    dry_run: bool = False,
    again: bool = False,
    complete: bool | None = None,
    released: str | None = None,
    most_unreadable: int = MOST_UNREADABLE,
    when_read: Callable[[], object] = lambda: None,
) -> Report:
    """Bring the data to what a source's files say: one release, or none if nothing changes.

    A file that was imported before says nothing new, unless `again`. `when_read` is called when
    everything is read, and what is left is to write it. Raises `WrongFileError` and
    `RefusedError`, having written nothing.
    """
    if released is not None:
        _refuse_no_date(released)
    importer = importer_of(source_id)
    report = Report(source_id)
    with _uncollected(), engine.connect() as connection, connection.begin() as transaction:
        write_alone(connection)
        known = set() if again or complete else _imported_before(connection, source_id)
        if all(input_.sha256 in known for input_ in inputs):
            transaction.rollback()
            return report
        bring_up_to_date(connection)
        before = connection.execute(
            sa.select(*table_of(ImportedSource).c).where(col(ImportedSource.id) == source_id)
        ).one_or_none()
        if before is None:
            save_source(connection, source_id)
        tables = Tables(connection)
        staging = Staging(connection, source_id, tables, before, released)
        edition = report.edition
        edition.released = released
        _read(importer, inputs, known, staging, edition)
        if released is not None:
            edition.released = released
        if complete is not None:
            edition.complete = complete
        _refuse(staging.changes, most_unreadable, importer, inputs)
        if edition.complete:
            loaded = (before.complete if before else None) or ""
            report.older_than = loaded if (edition.released or "") < loaded else ""
            staging.remove_unseen(edition)
        else:
            staging.date_unchanged()
        changes = staging.changes
        report.counts, report.not_taken = changes.counts, changes.not_taken
        report.set_aside = [
            SetAsideRow(file, record, "", reason, "") for file, record, reason in changes.set_aside
        ]
        if not (changes.any or _is_newer(edition, before)):
            transaction.rollback()
            return report
        _refuse_doubtful(source_id, edition, before, changes, confirmed=complete is True)
        when_read()
        _note_source(connection, importer, inputs, edition, before, changes)
        report.facts = publish(connection, tables, changes)
        _note_set_aside(connection, tables, source_id, report.set_aside)
        report.set_aside += unidentified(connection, source_id)
        files = [File(Path(i.name).name, i.sha256, i.bytes) for i in inputs]
        report.release = write_release(connection, tables, changes, files, edition)
        if dry_run:
            transaction.rollback()
    return report


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: it would look at millions of rows, and find no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_newer(edition: Edition, before: Any) -> bool:
    """Whether an edition is newer than the one that is loaded, though it may say the same."""
    known = (before.complete or "") if before else ""
    return edition.complete and bool(edition.released) and str(edition.released) > known


def _read(
    importer: Importer,
    inputs: Sequence[Input],
    known: set[str],
    staging: Staging,
    edition: Edition,
) -> None:
    """Read files; those that were imported before come last, for what is still in them."""
    apart = importer.source["id"] not in IN_SEVERAL_FILES
    reading = _Reading()
    for input_ in sorted(inputs, key=lambda i: i.sha256 in known):
        for part in input_.parts():
            reading.parts.append(_Watched(part, apart and input_.sha256 in known, reading))
    for item in importer.read(list(reading.parts), edition):
        if reading.known:
            staging.skip(item)
        else:
            staging.take(item, edition, reading.file if apart else inputs[0].name)
    staging.write()


@dataclass
class _Reading:
    """Which part is being read."""

    parts: list["_Watched"] = field(default_factory=list)
    file: str = ""
    known: bool = False


@dataclass
class _Watched:
    """A part that tells when it is opened, and whether its file was imported before."""

    part: Part
    known: bool
    reading: _Reading

    @property
    def name(self) -> str:
        """See `Part`."""
        return self.part.name

    @property
    def date(self) -> str | None:
        """See `Part`."""
        return self.part.date

    def open(self) -> BinaryIO:
        """See `Part`."""
        self.reading.file, self.reading.known = self.name, self.known
        return self.part.open()


def _refuse(
    changes: Changes, most_unreadable: int, importer: Importer, inputs: Sequence[Input]
) -> None:
    read, unreadable = changes.counts["read"], changes.counts["unreadable"]
    names = ", ".join(input_.name for input_ in inputs)
    if read == 0:
        raise RefusedError(f"{names}: no records here; expected {importer.wanted}.")
    if unreadable == read or (unreadable > 1 and unreadable * 100 > read * most_unreadable):
        first = "; ".join(changes.unreadable.values())
        raise RefusedError(
            f"{names}: {unreadable} of {read} records cannot be read, which is more than "
            f"{most_unreadable} %; nothing was taken. The first of each kind: {first}"
        )


def _refuse_no_date(released: str) -> None:
    try:
        TypeAdapter(PartialDate).validate_python(released)
    except ValidationError:
        expected = "YYYY, YYYY-MM or YYYY-MM-DD was expected"
        raise RefusedError(f"'{released}' is no date; {expected}.") from None


def _refuse_doubtful(
    source_id: str, edition: Edition, before: Any, changes: Changes, *, confirmed: bool
) -> None:
    """Refuse what may be older, or a part taken for the whole, unless it is confirmed."""
    loaded = (before.complete or "") if before else ""
    if edition.complete and loaded and not edition.released:
        raise RefusedError(
            f"{source_id}: these files give no date, and the edition of {loaded} is loaded; "
            "say theirs by --released DATE."
        )
    counts = changes.counts
    removed, kept = counts["removed"], counts["unchanged"] + counts["changed"]
    if removed > MANY and removed * 5 > removed + kept and not confirmed:
        raise RefusedError(
            f"{source_id}: {removed:,} records that are loaded are not in these files, and only "
            f"{kept:,} are; give --complete if these are all there are, or --partial if not."
        )


def _imported_before(connection: sa.Connection, source_id: str) -> set[str]:
    """The digests of files that this source's releases were made from."""
    return set(
        connection.execute(
            sa.select(col(ReleaseFile.sha256))
            .join_from(Release, ReleaseFile, col(ReleaseFile.release_number) == col(Release.number))
            .where(col(Release.loader) == source_id)
        ).scalars()
    )


def _note_source(
    connection: sa.Connection,
    importer: Importer,
    inputs: Sequence[Input],
    edition: Edition,
    before: Any,
    changes: Changes,
) -> None:
    """Keep which state of the source is loaded, and how it is cited."""
    released = max(edition.released or "", (before.released if before else None) or "") or None
    as_of = edition.released or ""
    if len(as_of) != len("2024-01-15"):
        as_of = max(_day_of(input_) for input_ in inputs)
    row = {
        "author": None,
        "publisher": None,
        "published": None,
        "note": None,
        **importer.source,
        "version": edition.version,
        "updated": edition.released,
        "sha256": inputs[0].sha256 if edition.complete and len(inputs) == 1 else None,
    }
    if before is not None and (edition.released or "") < (before.released or ""):
        row |= {name: before.row[name] for name in ("version", "updated", "sha256")}
    complete = before.complete if before else None
    if edition.complete:
        complete = max(complete or "", edition.released or "") or None
    save_source(
        connection,
        changes.source_id,
        version=row["version"],
        released=released,
        as_of=max(as_of, before.as_of if before else ""),
        content=content_digest(before.content if before else None, changes),
        complete=complete,
        row=row,
    )


def _day_of(input_: Input) -> str:
    """The day as of which a file that gives no date was read."""
    dates = [part.date for part in input_.parts() if part.date]
    return max(dates) if dates else input_.modified


def set_aside_of(connection: sa.Connection, source_id: str) -> list[SetAsideRow]:
    """What was set aside of a source: what could not be read when it was last imported, and what
    is no drug's as things are."""
    table = table_of(SetAside)
    rows = connection.execute(
        sa.select(table.c.file, table.c.record, table.c.reason)
        .where(table.c.source_id == source_id)
        .order_by(table.c.position)
    )
    unread = [SetAsideRow(row.file, row.record, "", row.reason, "") for row in rows]
    return [*unread, *unidentified(connection, source_id)]


def unidentified(connection: sa.Connection, source_id: str) -> Iterator[SetAsideRow]:
    """What a source names that is no drug's, as things are: with the drugs that it could be."""
    table, link = table_of(ImportedSubstance), table_of(RecordSubstance)
    first, number = (
        sa.select(of_records)
        .where(link.c.source_id == table.c.source_id, link.c.substance_key == table.c.key)
        .scalar_subquery()
        for of_records in (sa.func.min(link.c.record_id), sa.func.count())
    )
    rows = connection.execute(
        sa.select(*table.c, first.label("record"), number.label("records"))
        .where(table.c.source_id == source_id, table.c.set_aside.is_not(None))
        .order_by(table.c.key)
    )
    for row in rows:
        could_be = "; ".join(row.candidates)
        reason = f"{row.set_aside}."
        yield SetAsideRow("", row.record or row.key, row.called, reason, could_be, row.records)
    claimed = connection.execute(
        sa.select(table.c.key, table.c.called, table.c.contested)
        .where(table.c.source_id == source_id, sa.cast(table.c.contested, sa.String) != "[]")
        .order_by(table.c.key)
    )
    for key, name, contested in claimed:
        for system, value, *drugs in contested:
            reason = f"several drugs claim its {system}, which is no drug's now."
            yield SetAsideRow("", key, f"{name} ({system} {value})", reason, "; ".join(drugs))


def _note_set_aside(
    connection: sa.Connection, tables: Tables, source_id: str, rows: list[SetAsideRow]
) -> None:
    tables.delete(SetAside, "source_id", [source_id])
    tables.add_all(
        table_of(SetAside),
        [(source_id, i, row.file, row.record, row.reason) for i, row in enumerate(rows)],
    )
    tables.write()
