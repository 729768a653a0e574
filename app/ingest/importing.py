"""Importing: a source's files become a release, in one transaction, or nothing happens."""

import gc
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.engine import Engine
from sqlmodel import col

from app.ingest.bulk_insert import Tables
from app.ingest.publishing.publish import publish
from app.ingest.publishing.rebuilding import bring_up_to_date
from app.ingest.publishing.release_writer import File, Loaded, write_alone, write_release
from app.ingest.sources import A_FILE_EACH, IN_SEVERAL_FILES, importer_of
from app.ingest.sources.interface import Importer, InputPart, RefusedError, SourceVersion
from app.ingest.staging.upserting import (
    Changes,
    Staging,
    content_digest,
    is_day,
    save_source,
)
from app.models.base import PartialDate, table_of
from app.models.release import Release, ReleaseFile
from app.models.source_record import (
    QuarantinedRecord,
    RecordSubstance,
    SourceState,
    SourceSubstance,
)

MANY = 100
"""More removed records than this, and than a fifth of all, have to be confirmed."""

MOST_INVALID = 20
"""Percent of a source's records: if more of them cannot be read, nothing is imported."""

FEW = 20
"""Of fewer files that are a record each, any share may be unreadable, if not all."""


class Quarantined(NamedTuple):
    """What was not taken in: where it stands, what it is called, why, and which drugs it could be.

    `record` is the first of the `records` that name it.
    """

    file: str
    record: str
    name: str
    reason: str
    candidates: str
    records: int = 1


class ImportedFile(Protocol):
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

    def parts(self) -> list[InputPart]:
        """What it holds: itself, or the members of a zip."""


@dataclass
class ImportReport:
    """What an import did, or would do."""

    source_id: str
    counts: Counter[str] = field(default_factory=Counter)
    quarantined: list[Quarantined] = field(default_factory=list)
    """What was not taken of the records that were read, and what they name that is no drug's."""
    of_quarantined: int = 0
    """How many of the records that were read these are."""
    older: list[Quarantined] = field(default_factory=list)
    """Records that were left, for a newer version of them is there."""
    skipped: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    release: Loaded | None = None
    source_version: SourceVersion = field(default_factory=SourceVersion)
    older_than: str = ""
    """The date of the complete version that is loaded, if these files are one and are older."""


def import_files(
    engine: Engine,
    source_id: str,
    inputs: Sequence[ImportedFile],
    *,
    dry_run: bool = False,
    again: bool = False,
    complete: bool | None = None,
    released: str | None = None,
    most_invalid: int = MOST_INVALID,
    when_read: Callable[[], object] = lambda: None,
) -> ImportReport:
    """Bring the data to what a source's files say: one release, or none if nothing changes.

    A file that was imported before says nothing new, unless `again`. `when_read` is called when
    everything is read, and what is left is to write it. Raises `WrongFileError` and
    `RefusedError`, having written nothing.
    """
    if released is not None:
        _refuse_no_date(released)
    importer = importer_of(source_id)
    report = ImportReport(source_id)
    with _uncollected(), engine.connect() as connection, connection.begin() as transaction:
        write_alone(connection)
        known_files = _imported_before(connection, source_id)
        known = set() if again or complete else known_files
        if all(input_.sha256 in known for input_ in inputs):
            transaction.rollback()
            return report
        bring_up_to_date(connection)
        before = connection.execute(
            sa.select(*table_of(SourceState).c).where(col(SourceState.id) == source_id)
        ).one_or_none()
        if before is None:
            save_source(connection, source_id)
        tables = Tables(connection)
        staging = Staging(connection, source_id, tables, before, released)
        source_version = report.source_version
        source_version.released = released
        _read(importer, inputs, known, known_files, staging, source_version)
        if released is not None:
            source_version.released = released
        if complete is not None:
            source_version.complete = complete
        _refuse(staging.changes, most_invalid, importer, inputs)
        if source_version.complete:
            loaded = (before.complete if before else None) or ""
            report.older_than = loaded if (source_version.released or "") < loaded else ""
            staging.remove_unseen(source_version)
        else:
            staging.date_unchanged()
        changes = staging.changes
        report.counts, report.skipped = changes.counts, changes.skipped
        report.older = [Quarantined(*row[:3], f"{row[3]}.", "") for row in changes.older]
        unread = [
            Quarantined(file, record, "", reason, "")
            for file, record, reason in changes.quarantined
        ]
        if not (changes.any or _is_newer(source_version, before)):
            _report_quarantined(report, connection, unread, staging.seen)
            transaction.rollback()
            return report
        _refuse_doubtful(source_id, source_version, before, changes, confirmed=complete is True)
        when_read()
        changes.is_newer = source_version.complete
        _save_source(connection, importer, inputs, source_version, before, changes)
        report.facts = publish(connection, tables, changes)
        _store_quarantined(connection, tables, source_id, unread)
        _report_quarantined(report, connection, unread, staging.seen)
        files = [File(Path(i.name).name, i.sha256, i.bytes) for i in inputs]
        report.release = write_release(connection, tables, changes, files, source_version)
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


def _is_newer(source_version: SourceVersion, before: Any) -> bool:
    """Whether a version is newer than the one that is loaded, though it may say the same."""
    known = None
    if before is not None:
        known = before.complete if source_version.complete else before.released
    return (source_version.released or "") > (known or "")


def _read(
    importer: Importer,
    inputs: Sequence[ImportedFile],
    known: set[str],
    known_files: set[str],
    staging: Staging,
    source_version: SourceVersion,
) -> None:
    """Read files; those that were imported before come last, for what is still in them: they are
    `known`, but where they are read again, though they are among the `known_files`."""
    apart = importer.source["id"] not in IN_SEVERAL_FILES
    reading = _CurrentPart()
    for input_ in sorted(inputs, key=lambda i: i.sha256 in known):
        for part in input_.parts():
            is_known = apart and input_.sha256 in known
            day = part.date or input_.modified
            reading.parts.append(_Watched(part, is_known, input_.sha256, day, reading))
    for item in importer.read(list(reading.parts), source_version):
        if reading.known:
            staging.skip(item)
        else:
            file = reading.file if apart else inputs[0].name
            is_known = reading.sha256 in known_files
            staging.upsert(item, source_version, file, is_known=is_known, read_on=reading.day)
    staging.write()


@dataclass
class _CurrentPart:
    """Which part is being read."""

    parts: list["_Watched"] = field(default_factory=list)
    file: str = ""
    known: bool = False
    sha256: str = ""
    day: str = ""


@dataclass
class _Watched:
    """A part that notes when it is opened, and whether its file was imported before."""

    part: InputPart
    known: bool
    sha256: str
    day: str
    reading: _CurrentPart

    @property
    def name(self) -> str:
        """See `InputPart`."""
        return self.part.name

    @property
    def date(self) -> str | None:
        """See `InputPart`."""
        return self.part.date

    def path(self) -> Path | None:
        """See `InputPart`."""
        return self.part.path()

    def open(self) -> BinaryIO:
        """See `InputPart`."""
        self.reading.file, self.reading.known = self.name, self.known
        self.reading.sha256, self.reading.day = self.sha256, self.day
        return self.part.open()


def _refuse(
    changes: Changes, most_invalid: int, importer: Importer, inputs: Sequence[ImportedFile]
) -> None:
    read, invalid = changes.counts["read"], changes.counts["invalid"]
    names = ", ".join(input_.name for input_ in inputs)
    if read == 0:
        raise RefusedError(f"{names}: no records here; expected {importer.wanted}.")
    are_few = read < FEW and importer.source["id"] in A_FILE_EACH
    is_most = invalid > 1 and invalid * 100 > read * most_invalid and not are_few
    if invalid == read or is_most:
        first = "; ".join(changes.invalid.values())
        raise RefusedError(
            f"{names}: {invalid} of {read} records cannot be read, which is more than "
            f"{most_invalid} %; nothing was taken. The first of each kind: {first}"
        )


def _refuse_no_date(released: str) -> None:
    try:
        TypeAdapter(PartialDate).validate_python(released)
    except ValidationError:
        expected = "YYYY, YYYY-MM or YYYY-MM-DD was expected"
        raise RefusedError(f"'{released}' is no date; {expected}.") from None


def _refuse_doubtful(
    source_id: str, source_version: SourceVersion, before: Any, changes: Changes, *, confirmed: bool
) -> None:
    """Refuse what may be older, or a part taken for the whole, unless it is confirmed."""
    loaded = (before.complete or "") if before else ""
    counts = changes.counts
    removed, kept = counts["removed"], counts["unchanged"] + counts["changed"]
    if source_version.complete and loaded and not source_version.released:
        raise RefusedError(
            f"{source_id}: these files give no date, and the release of {loaded} is loaded; "
            "say theirs by --released DATE."
        )
    undecided = changes.undecided
    if undecided.total() and not confirmed:
        lacking = f"they lack {undecided['removed']:,} of its records" if removed else ""
        otherwise = ""
        if undecided["changed"]:
            rest = undecided["changed"] - len(changes.undecided_of)
            others = f"; and {rest:,} others" if rest else ""
            named = "; ".join(changes.undecided_of) + others
            otherwise = f"{undecided['changed']:,} read otherwise ({named})"
        differ = " and ".join(filter(None, (lacking, otherwise)))
        if not source_version.released:
            raise RefusedError(
                f"{source_id}: these files give no date, so they may be older than what is loaded: "
                f"{differ}. Say theirs by --released DATE."
            )
        or_confirm = ", or confirm by --complete that these files are all there is"
        if not source_version.complete:
            or_confirm = ""
        raise RefusedError(
            f"{source_id}: what is loaded has no date, so it may be newer than these files: "
            f"{differ}. Import it again with --again --released DATE{or_confirm}."
        )
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


def _save_source(
    connection: sa.Connection,
    importer: Importer,
    inputs: Sequence[ImportedFile],
    source_version: SourceVersion,
    before: Any,
    changes: Changes,
) -> None:
    """Store which state of the source is loaded, and how it is cited."""
    released = (
        max(source_version.released or "", (before.released if before else None) or "") or None
    )
    as_of = max(source_version.released or "", changes.newest)
    if as_of and not is_day(as_of):
        as_of += "-01-01"[len(as_of) - len("2024") :]  # not later than it says
    as_of = as_of or max(map(_day_of, inputs))
    row = {
        "author": None,
        "publisher": None,
        "published": None,
        "note": None,
        **importer.source,
        "version": source_version.version,
        "updated": source_version.released,
        "sha256": inputs[0].sha256 if source_version.complete and len(inputs) == 1 else None,
    }
    if before is not None and (source_version.released or "") < (before.released or ""):
        row |= {name: before.row[name] for name in ("version", "updated", "sha256")}
    complete = before.complete if before else None
    if source_version.complete:
        complete = max(complete or "", source_version.released or "") or None
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


def _day_of(input_: ImportedFile) -> str:
    """The day as of which a file that gives no date was read."""
    dates = [part.date for part in input_.parts() if part.date]
    return max(dates) if dates else input_.modified


def quarantined_of(connection: sa.Connection, source_id: str) -> list[Quarantined]:
    """What is quarantined of a source: what could not be read when it was last imported, and what
    is no drug's as things are."""
    table = table_of(QuarantinedRecord)
    rows = connection.execute(
        sa.select(table.c.file, table.c.record, table.c.reason)
        .where(table.c.source_id == source_id)
        .order_by(table.c.position)
    )
    unread = [Quarantined(row.file, row.record, "", row.reason, "") for row in rows]
    return [*unread, *(row for row, _ in _unresolved(connection, source_id))]


def _report_quarantined(
    report: ImportReport,
    connection: sa.Connection,
    unread: list[Quarantined],
    read: Container[str],
) -> None:
    """Report what was not taken of the records that were read, and how many these are."""
    quarantined = {(row.file, row.record) for row in unread}
    report.quarantined = [*unread]
    for row, records in _unresolved(connection, report.source_id, read):
        report.quarantined.append(row)
        quarantined.update(("", record) for record in records)
    report.of_quarantined = len(quarantined)


def _unresolved(
    connection: sa.Connection, source_id: str, read: Container[str] | None = None
) -> Iterator[tuple[Quarantined, list[str]]]:
    """What a source names that is no drug's, as things are: with the drugs that it could be, and
    the records that name it. Of those that were `read`, or of all."""
    table, link = table_of(SourceSubstance).c, table_of(RecordSubstance).c
    is_shared = sa.cast(table.ambiguous, sa.String) != "[]"
    is_of_none = table.quarantined.is_not(None)
    substances = (
        sa.select(
            *(table.key, table.name, table.quarantined, table.candidates, table.ambiguous),
            is_of_none.label("is_of_none"),
        )
        .where(table.source_id == source_id, is_shared | is_of_none)
        .order_by(table.key)
    )
    naming = (
        sa.select(link.substance_key, link.record_id)
        .join_from(
            RecordSubstance,
            SourceSubstance,
            sa.and_(table.source_id == link.source_id, table.key == link.substance_key),
        )
        .where(link.source_id == source_id, is_shared | is_of_none)
        .order_by(link.record_id)
    )
    records_of: dict[str, list[str]] = defaultdict(list)
    for key, record in connection.execute(naming):
        if read is None or record in read:
            records_of[key].append(record)
    for row in connection.execute(substances):
        records = records_of[row.key]
        if not records:
            continue
        if row.is_of_none:
            could_be = "; ".join(row.candidates)
            found = (row.name, f"{row.quarantined}.", could_be, len(records))
            yield Quarantined("", records[0], *found), records
        for system, value, *drugs in row.ambiguous:
            reason = f"several drugs claim its {system}, which is no drug's now."
            found = (f"{row.name} ({system} {value})", reason, "; ".join(drugs), len(records))
            yield Quarantined("", records[0], *found), records


def _store_quarantined(
    connection: sa.Connection, tables: Tables, source_id: str, rows: list[Quarantined]
) -> None:
    tables.delete(QuarantinedRecord, "source_id", [source_id])
    tables.add_all(
        table_of(QuarantinedRecord),
        [(source_id, i, row.file, row.record, row.reason) for i, row in enumerate(rows)],
    )
    tables.write()
