"""What an importer yields, upserted into the tables of source records.

A record replaces what the source said under its id before, unless that is newer: of another version
by its version, of the same by the day of the data that it was taken from; of two that have a day of
their own, the same, the digest decides, for nothing says which is newer. Whatever the order of the
files, and however often one of them is read again, the newest of each record stays. Where neither
is known, the import is refused: see `Changes.undecided`.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import ValidationError

from app.documents.compression import compress
from app.ingest.bulk_insert import Tables, among, chunks, select_in
from app.ingest.sources import IN_SEVERAL_FILES, OF_LABELS
from app.ingest.sources.interface import (
    InvalidRecord,
    Item,
    Record,
    SkippedRecord,
    SourceVersion,
)
from app.ingest.staging.preparing import PreparedRecord, UnstorableError, prepare
from app.models.base import Row, table_of
from app.models.source_record import (
    RecordStatement,
    RecordSubstance,
    RecordVersion,
    SourceRecord,
    SourceReference,
    SourceState,
    SourceStatement,
)

SHOWN = 3
"""How many records a refusal names: of those that are invalid, one of each kind."""


class Seen(NamedTuple):
    """What was read of a record in this import."""

    version: str = ""
    released: str = ""
    digest: str = ""
    file: str = ""
    locator: str = ""
    is_left: bool = False
    """It was not taken, for what is stored is newer."""

    @classmethod
    def of(cls, record: PreparedRecord, is_left: bool = False) -> "Seen":
        """What is remembered of a record once it is written."""
        return cls(
            *(record.version, record.released, record.digest),
            *(record.file, record.locator, is_left),
        )


NOT_READ = Seen()
"""Of a record that is there and was not read."""

AT_ONCE = 500
LETTERS_AT_ONCE = 8_000_000
"""How many records, and letters of their statements, are looked up and written together."""


@dataclass
class Changes:
    """What an import changed of what a source says: what publishing begins with."""

    source_id: str
    counts: Counter[str] = field(default_factory=Counter)
    quarantined: list[tuple[str, str, str]] = field(default_factory=list)
    older: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Records that are left, for a newer version is there: file, id, locator, and which is."""
    undecided: Counter[str] = field(default_factory=Counter)
    """How many records are `changed` or `removed` though neither version nor day says what is
    newer: what is loaded of them has no day, or these files have none."""
    undecided_of: list[str] = field(default_factory=list)
    """The first of those that are changed, as they are cited."""
    newest: str = ""
    """The newest day as of which a record was read."""
    invalid: dict[str, str] = field(default_factory=dict)
    """The first that could not be read for each kind of reason, for the sentence that refuses the
    whole: what is wrong with one record of a publisher's is seldom what is wrong with all."""
    skipped: Counter[str] = field(default_factory=Counter)
    substances: dict[str, str] = field(default_factory=dict)
    """The substances that records name now, by their keys: their bodies."""
    touched: set[str] = field(default_factory=set)
    """Keys of substances of which records say something else than before."""
    references: set[tuple[str, str]] = field(default_factory=set)
    """Conditions and targets of which records say something else than before."""
    labels: set[str] = field(default_factory=set)
    """The ids of records of labels which say something else than before, or are gone."""
    dropped: set[str] = field(default_factory=set)
    """Digests of statements that a record no longer makes."""
    dated: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Records that say what they said, as of a later day: that of their data, and that day."""
    versions: int = 0
    """How many versions of labels were read that were not known before."""
    renewed: int = 0
    """How many records say what they said, as a newer version of themselves."""
    is_newer: bool = False
    """Whether a complete version was read that is newer than the one before."""
    content: int = 0
    """What the digests of all records add up to, compared with before."""

    @property
    def any(self) -> bool:
        """Whether any record says something else than before, or says it again."""
        counts = self.counts
        changed = counts["new"] or counts["changed"] or counts["removed"]
        return bool(changed or self.dated or self.renewed or self.versions)


class Staging:
    """Upserts one source's records, those of one import."""

    def __init__(
        self,
        connection: sa.Connection,
        source_id: str,
        tables: Tables,
        before: Any = None,
        released: str | None = None,
    ) -> None:
        self.changes = Changes(source_id)
        self._connection = connection
        self._source_id = source_id
        self._tables = tables
        self._complete_before: str = (before.complete if before else None) or ""
        self._waiting: list[PreparedRecord] = []
        self._letters = 0
        self._seen: dict[str, Seen] = {}
        self._unread: set[str] = set()
        self._undated: set[str] = set()
        self._differing: list[PreparedRecord] = []
        self._known_statements: set[str] = set()
        self._given_date = released
        self._is_spread = source_id in IN_SEVERAL_FILES

    @property
    def seen(self) -> Container[str]:
        """The ids of the records that were read."""
        return self._seen

    def upsert(
        self,
        item: Item,
        source_version: SourceVersion,
        file: str,
        *,
        is_known: bool = False,
        read_on: str = "",
    ) -> None:
        """Have one record be stored if it is newer than what is there, or note why it is not.

        `is_known`: its file was imported before, so that it is not older than what it said then.
        `read_on` is the day of its file: as of that day a record says so that has no day, and is
        of a source whose files are of different days. It is never that of another file.
        """
        counts = self.changes.counts
        if isinstance(item, InvalidRecord) and item.in_part:
            self._quarantine(item.file, item.place, item.reason)
            return
        counts["read"] += 1
        only_replaces = isinstance(item, SkippedRecord)
        if not isinstance(item, InvalidRecord):
            self.changes.skipped.update(item.left_out)
        if isinstance(item, SkippedRecord):
            self.changes.skipped[item.reason] += 1
            if item.id is None:
                return
            item = Record(item.id, "", [], item.version, item.released)
        if isinstance(item, Record):
            try:
                record = prepare(item, self._known_statements)
            except ValidationError as error:
                problem = error.errors()[0]
                where = ".".join(str(step) for step in problem["loc"])
                item = InvalidRecord(file, item.id[:200], f"{where}: {problem['msg']}.", item.id)
            except UnstorableError as error:
                item = InvalidRecord(file, item.id[:200], str(error), item.id)
        if isinstance(item, InvalidRecord):
            counts["invalid"] += 1
            self._quarantine(item.file, item.place, item.reason)
            kind = re.sub(r"'[^']*'|\d+", "", item.reason)
            if len(self.changes.invalid) < SHOWN:
                first = f"{item.file}: {item.place}: {item.reason}"
                self.changes.invalid.setdefault(kind, first)
            if item.id is not None:
                self._seen.setdefault(item.id, NOT_READ)
                self._unread.add(item.id)
            else:
                self.changes.counts["nameless"] += 1
            return
        record.file = file
        released = source_version.released if item.released is None else item.released
        record.released = self._given_date or released or ""
        record.has_own_day = item.released is not None
        own_day = item.dated or (read_on if item.released is not None else "")
        record.as_of = record.released if is_day(record.released) else own_day
        record.is_known = is_known
        record.only_replaces = only_replaces
        record.is_partial = self._is_spread and (item.id in self._unread or counts["nameless"] > 0)
        if not (item.substances or only_replaces):
            self._quarantine(file, item.id, "it names no substance.")
        self.add(record)

    def add(self, record: PreparedRecord) -> None:
        """Have a record wait to be written with others."""
        self._waiting.append(record)
        self._letters += record.letters
        if len(self._waiting) >= AT_ONCE or self._letters >= LETTERS_AT_ONCE:
            self.write()

    def skip(self, item: Item) -> None:
        """Note of a record in a file that was imported before only that it is still there."""
        if isinstance(item, InvalidRecord) and item.in_part:
            return
        self.changes.counts["read"] += 1
        if isinstance(item, Record):
            self._seen.setdefault(item.id, NOT_READ)
            self.changes.counts["unchanged"] += 1
        elif isinstance(item, InvalidRecord) and item.id is not None:
            self._seen.setdefault(item.id, NOT_READ)
        elif isinstance(item, InvalidRecord):
            self.changes.counts["nameless"] += 1

    def write(self) -> None:
        """Write what waits, where it is newer than what is there."""
        waiting, self._waiting, self._letters = self._waiting, [], 0
        by_id: dict[str, PreparedRecord] = {}
        for record in waiting:
            if self._is_first(record, by_id):
                by_id[record.id] = record
        stored = self._stored(by_id)
        upserted = []
        for record in by_id.values():
            verdict, why = self._verdict(record, stored.get(record.id))
            self._seen[record.id] = Seen.of(record, is_left=verdict == "older")
            if not record.only_replaces or verdict == "changed":
                self.changes.counts[verdict] += 1
                self.changes.newest = max(self.changes.newest, record.as_of)
            elif verdict == "new":
                self.changes.renewed += 1
            if verdict == "older":
                self.changes.dated.pop(record.id, None)
                self._leave(Seen.of(record), record.id, why)
            if verdict in ("new", "changed"):
                upserted.append(record)
            elif verdict == "unchanged":
                self._date(record)
                if record.released and not stored[record.id].released:
                    self._undated.add(record.id)
                if record.version > stored[record.id].version:
                    self.changes.renewed += 1
                    upserted.append(record)
        differing, self._differing = self._differing, []
        for record in differing:
            if not self._seen[record.id].is_left:
                self._doubt(record)
        replaced = [stored[record.id] for record in upserted if record.id in stored]
        self._remove(replaced)
        self._insert(upserted)
        self._tables.write()
        if self._source_id in OF_LABELS:
            self._note_versions({(label.id, label.version) for label in (*waiting, *replaced)})

    def date_unchanged(self) -> None:
        """Note that records which say what they said were read again, as of a later day.

        Of a complete version its own date says as much, for all of its records at once; but what
        had no date has one now.
        """
        self.write()
        changes, record = self.changes, table_of(SourceRecord)
        rows = [
            row
            for row in self._stored(changes.dated).values()
            if (row.released, row.as_of) < changes.dated[row.id]
        ]
        changes.dated = {row.id: changes.dated[row.id] for row in rows}
        self._touch(changes.dated)
        own = (record.c.source_id == self._source_id, record.c.id == sa.bindparam("of"))
        again = record.update().where(*own)
        again = again.values(released=sa.bindparam("on"), as_of=sa.bindparam("at"))
        for chunk in chunks(rows, AT_ONCE):
            days = [(row.id, *changes.dated[row.id]) for row in chunk]
            self._connection.execute(again, [{"of": of, "on": on, "at": at} for of, on, at in days])

    def remove_unseen(self, source_version: SourceVersion) -> None:
        """Mark as removed what a complete version no longer holds, unless that version is older."""
        self.write()
        self.changes.dated = {
            id_: self.changes.dated[id_] for id_ in self._undated if id_ in self.changes.dated
        }
        self.date_unchanged()
        released = self._given_date or source_version.released or ""
        if released < self._complete_before or self.changes.counts["nameless"]:
            return  # what could not be read may be any of them
        table = table_of(SourceRecord)
        rows = self._connection.execute(
            sa.select(*(table.c[name] for name in ("id", "version", "released", "digest"))).where(
                table.c.source_id == self._source_id, table.c.removed.is_(False)
            )
        ).all()
        removed = [row for row in rows if row.id not in self._seen and row.released <= released]
        if not removed:
            return
        undated = sum(not (released and row.released) for row in removed)
        self.changes.undecided["removed"] += undated
        self._remove(removed)
        for row in removed:
            row_now = (self._source_id, row.id, row.version, released, released, True, "", b"")
            self._tables.add_all(table, [row_now])
        self._tables.write()
        self.changes.counts["removed"] += len(removed)

    def _note_versions(self, read: set[tuple[str, str]]) -> None:
        """Note which versions of labels were read, each by its label's id, and have those labels
        be made again of which an earlier one was not known."""
        table, changes = table_of(RecordVersion), self.changes
        of = sa.select(table.c.record_id, table.c.version).where(
            table.c.source_id == self._source_id, among(table.c.record_id)
        )
        known = {tuple(row) for row in select_in(self._connection, of, {id_ for id_, _ in read})}
        new = sorted(read - known)
        changes.versions += len(new)
        for id_, version in new:
            changes.content += content_number(self._source_id, id_, version)
        self._tables.add_all(table, [(self._source_id, *each) for each in new])
        self._tables.write()
        stored = self._stored({id_ for id_, _ in new})
        earlier = {id_ for id_, version in new if id_ in stored and version < stored[id_].version}
        changes.labels.update(earlier)
        self._touch(earlier)

    def _touch(self, ids: Iterable[str]) -> None:
        """Note of which substances records speak that are the same, and are served otherwise."""
        link = table_of(RecordSubstance)
        named = sa.select(link.c.substance_key).where(
            link.c.source_id == self._source_id, among(link.c.record_id)
        )
        self.changes.touched.update(row[0] for row in select_in(self._connection, named, ids))

    def _is_first(self, record: PreparedRecord, waiting: dict[str, PreparedRecord]) -> bool:
        """Whether a record is the first of its id in this import, or newer than the first."""
        seen = self._seen.get(record.id, NOT_READ)
        if record.id in waiting:
            seen = Seen.of(waiting[record.id])
        if seen == NOT_READ:
            return True
        self.changes.counts["duplicates"] += 1
        if (record.version, record.digest) == (seen.version, seen.digest):
            if not seen.is_left:
                self._date(record)
            return False
        if (record.version, record.released) == (seen.version, seen.released):
            if not record.released and record.file != seen.file:
                self._differing.append(record)
            is_served = record.digest > seen.digest
            reason = "another record with this id and of the same day says something else."
            self._quarantine(seen.file if is_served else record.file, record.id, reason)
            return is_served
        is_newer = (record.version, record.released) > (seen.version, seen.released)
        if is_newer:
            self.changes.dated.pop(record.id, None)
        left = seen if is_newer else Seen.of(record)
        self._leave(left, record.id, "a newer version of it is in these files")
        return is_newer

    def _doubt(self, record: PreparedRecord) -> None:
        """Note that a record reads otherwise, and nothing says whether it is newer."""
        self.changes.undecided["changed"] += 1
        if len(self.changes.undecided_of) < SHOWN:
            self.changes.undecided_of.append(record.locator or record.id)

    def _leave(self, record: Seen, id_: str, why: str) -> None:
        """Note that a record is not taken, for there is a newer one."""
        if record.locator:
            self.changes.older.append((record.file, id_, record.locator, why))

    def _date(self, record: PreparedRecord) -> None:
        """Note the last day as of which a record says what is known of it."""
        dated = self.changes.dated
        dated[record.id] = max(dated.get(record.id, ("", "")), (record.released, record.as_of))
        self.changes.newest = max(self.changes.newest, record.as_of)

    def _verdict(self, record: PreparedRecord, before: Any) -> tuple[str, str]:
        """What a record is beside what is there (new, changed, unchanged, older, or kept), and of
        what is older why."""
        released = record.released
        gone = "a newer release, which is loaded, has it no more"
        if before is None:
            return ("older", gone) if released and released < self._complete_before else ("new", "")
        if record.is_partial and not before.removed:
            return "kept", ""
        if record.version < before.version:
            return "older", gone if before.removed else "a newer version of it is loaded"
        if before.removed:
            return ("older", gone) if released and released < before.released else ("new", "")
        if record.digest == before.digest:
            return "unchanged", ""
        if record.version == before.version:
            if released and released < max(before.released, self._complete_before):
                return "older", "it is loaded from data of a later day"
            of_one_day = record.has_own_day and released and released == before.released
            if of_one_day and not record.is_known and record.digest < before.digest:
                return "older", "another record of the same day says something else"
            if not ((released and before.released) or record.is_known):
                self._doubt(record)
        return "changed", ""

    def _stored(self, ids: Iterable[str]) -> dict[str, Any]:
        table = table_of(SourceRecord)
        columns = (
            table.c.id,
            table.c.version,
            table.c.released,
            table.c.as_of,
            table.c.removed,
            table.c.digest,
        )
        statement = sa.select(*columns).where(
            table.c.source_id == self._source_id, among(table.c.id)
        )
        return {row.id: row for row in select_in(self._connection, statement, ids)}

    def _insert(self, records: list[PreparedRecord]) -> None:
        source, changes, known = self._source_id, self.changes, self._known_statements
        rows: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        if source in OF_LABELS:
            changes.labels.update(record.id for record in records)
        for record in records:
            id_, version = record.id, record.version
            changes.content += content_number(source, id_, record.digest)
            for position, (key, body) in enumerate(record.substances):
                changes.substances[key] = body
                changes.touched.add(key)
                rows[RecordSubstance].append((source, id_, position, key))
            for digest, (kind, statement_body) in record.new_statements.items():
                if digest not in known:
                    known.add(digest)
                    rows[SourceStatement].append((digest, kind, compress(statement_body)))
            for position, statement in enumerate(record.statements):
                rows[RecordStatement].append((source, id_, position, *statement))
            for position, (noun, of, body) in enumerate(record.references):
                changes.references.add((noun, of))
                rows[SourceReference].append((source, id_, noun, of, position, body))
            days = (record.released, record.as_of)
            own = (source, id_, version, *days, False, record.digest, compress(record.body))
            rows[SourceRecord].append(own)
        for model, of_model in rows.items():
            self._tables.add_all(table_of(model), of_model)
        if len(known) > 200_000:
            known.clear()

    def _remove(self, rows: list[Any]) -> None:
        """Remove records with their parts, and note what they said."""
        if not rows:
            return
        changes, source = self.changes, self._source_id
        ids = [row.id for row in rows]
        if source in OF_LABELS:
            changes.labels.update(ids)
        for row in rows:
            if row.digest:
                changes.content -= content_number(source, row.id, row.digest)
        for model, column in (
            (RecordSubstance, "substance_key"),
            (RecordStatement, "digest"),
        ):
            table = table_of(model)
            statement = sa.select(table.c[column]).where(
                table.c.source_id == source, among(table.c.record_id)
            )
            said = {row[0] for row in select_in(self._connection, statement, ids)}
            (changes.touched if model is RecordSubstance else changes.dropped).update(said)
        reference = table_of(SourceReference)
        statement = sa.select(reference.c.noun, reference.c.id).where(
            reference.c.source_id == source, among(reference.c.record_id)
        )
        changes.references.update(tuple(r) for r in select_in(self._connection, statement, ids))
        self._tables.delete(SourceRecord, "id", ids, source_id=source)

    def _quarantine(self, file: str, record: str, reason: str) -> None:
        self.changes.quarantined.append((file, record, reason))


def is_day(date: str) -> bool:
    """Whether a date at any precision is a whole one."""
    return len(date) == len("2024-01-15")


def content_digest(before: str | None, changes: Changes) -> str:
    """A digest of every record of a source, whatever their order: their digests added up."""
    return content_of(int(before or "0", 16) + changes.content)


def content_number(source_id: str, id_: str, digest: str) -> int:
    """A record's share of the digest of all that a source says."""
    return int(hashlib.sha256(f"{source_id}\n{id_}\n{digest}".encode()).hexdigest(), 16)


def content_of(total: int) -> str:
    """A digest of all that a source says, whatever its order: what its records add up to."""
    return f"{total % 2**256:064x}"


def save_source(connection: sa.Connection, id_: str, **said: Any) -> None:
    """Save what is known of a source itself: these columns are new, and others as they were."""
    table = table_of(SourceState)
    known = connection.execute(sa.select(*table.c).where(table.c.id == id_)).mappings().first()
    row = {"id": id_, **UNREAD, **(known or {}), **said}
    if known is None:
        connection.execute(table.insert(), row)
    else:
        connection.execute(table.update().where(table.c.id == id_), row)


UNREAD: Row = {
    "version": None,
    "released": None,
    "complete": None,
    "as_of": "",
    "content": "0",
    "inputs": "",
    "row": {},
}
"""What is known of a source of which nothing was read yet."""
