"""What an importer yields, taken into the tables of what was imported.

A record replaces what the source said under its id before, unless that is newer. Whatever the order
of the files, and however often one of them is read again, the newest of each record stays.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from app.database.engines import Row, table_of
from app.ingest.bulk_insert import Tables, among, chunks, select_in
from app.ingest.sources import IN_SEVERAL_FILES
from app.ingest.sources.interface import Edition, NotTaken, Record, Unreadable
from app.ingest.staging.preparing import PreparedRecord, UnstorableTextError, prepare
from app.models.source_record import (
    ImportedMention,
    ImportedRecord,
    ImportedSource,
    ImportedStatement,
    RecordStatement,
    RecordSubstance,
)

SHOWN = 3
"""How many kinds of unreadable records a refusal tells of."""

NOT_READ = ("", "", "")
"""Instead of the version, the date and the digest of a record that is there and was not read."""

AT_ONCE = 500
LETTERS_AT_ONCE = 8_000_000
"""How many records, and letters of their statements, are looked up and written together."""


@dataclass
class Changes:
    """What an import changed of what a source says, for what is served to follow."""

    source_id: str
    counts: Counter[str] = field(default_factory=Counter)
    set_aside: list[tuple[str, str, str]] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    """The first that could not be read for each kind of reason, for the sentence that refuses the
    whole: what is wrong with one record of a publisher's is seldom what is wrong with all."""
    not_taken: Counter[str] = field(default_factory=Counter)
    substances: dict[str, str] = field(default_factory=dict)
    """The substances that records name now, by their keys: their bodies."""
    touched: set[str] = field(default_factory=set)
    """Keys of substances of which records say something else than before."""
    mentions: set[tuple[str, str]] = field(default_factory=set)
    """Conditions and targets of which records say something else than before."""
    dropped: set[str] = field(default_factory=set)
    """Digests of statements that a record no longer makes."""
    dated: dict[str, str] = field(default_factory=dict)
    """Records that say what they said, in a newer file: its date."""
    renewed: int = 0
    """How many records say what they said, as a newer version of themselves."""
    content: int = 0
    """What the digests of all records add up to, compared with before."""

    @property
    def any(self) -> bool:
        """Whether any record says something else than before, or says it anew."""
        counts = self.counts
        changed = counts["new"] or counts["changed"] or counts["removed"]
        return bool(changed or self.dated or self.renewed)


class Staging:
    """Takes in one source's records, those of one import."""

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
        self._seen: dict[str, tuple[str, str, str]] = {}
        self._only_replacing: set[str] = set()
        self._unread: set[str] = set()
        self._known_statements: set[str] = set()
        self._given_date = released
        self._is_spread = source_id in IN_SEVERAL_FILES
        self._released = ""
        self._file = ""

    def take(self, item: Record | Unreadable | NotTaken, edition: Edition, file: str) -> None:
        """Take one record in, or note why it is not."""
        counts = self.changes.counts
        counts["read"] += 1
        self._file = file
        self._be_of(edition)
        if isinstance(item, NotTaken):
            self.changes.not_taken[item.reason] += 1
            if item.id is None:
                return
            item = Record(item.id, "", [], item.version)
            self._only_replacing.add(item.id)
        if isinstance(item, Record):
            try:
                record = prepare(item, self._known_statements)
            except ValidationError as error:
                problem = error.errors()[0]
                where = ".".join(str(step) for step in problem["loc"])
                item = Unreadable(file, item.id[:200], f"{where}: {problem['msg']}.", item.id)
            except UnstorableTextError as error:
                item = Unreadable(file, item.id[:200], str(error), item.id)
        if isinstance(item, Unreadable):
            counts["unreadable"] += 1
            self._set_aside(item.file, item.place, item.reason)
            kind = re.sub(r"'[^']*'|\d+", "", item.reason)
            if len(self.changes.unreadable) < SHOWN:
                told = f"{item.file}: {item.place}: {item.reason}"
                self.changes.unreadable.setdefault(kind, told)
            if item.id is not None:
                self._seen.setdefault(item.id, NOT_READ)
                self._unread.add(item.id)
            else:
                self.changes.counts["nameless"] += 1
            return
        if not item.substances and item.id not in self._only_replacing:
            self._set_aside(file, item.id, "it names no substance.")
        self.keep(record)

    def keep(self, record: PreparedRecord) -> None:
        """Have a record wait to be written with others."""
        self._waiting.append(record)
        self._letters += record.letters
        if len(self._waiting) >= AT_ONCE or self._letters >= LETTERS_AT_ONCE:
            self.write()

    def skip(self, item: Record | Unreadable | NotTaken) -> None:
        """Note of a record in a file that was imported before only that it is still there."""
        self.changes.counts["read"] += 1
        if isinstance(item, Record):
            self._seen.setdefault(item.id, NOT_READ)
            self.changes.counts["unchanged"] += 1
        elif isinstance(item, Unreadable) and item.id is not None:
            self._seen.setdefault(item.id, NOT_READ)

    def write(self) -> None:
        """Write what waits, where it is newer than what is there."""
        waiting, self._waiting, self._letters = self._waiting, [], 0
        by_id: dict[str, PreparedRecord] = {}
        for record in waiting:
            if self._is_first(record, by_id):
                by_id[record.id] = record
        stored = self._stored(by_id)
        taken = []
        for record in by_id.values():
            verdict = self._verdict(record, stored.get(record.id))
            if record.id in self._only_replacing and verdict != "changed":
                continue
            self.changes.counts[verdict] += 1
            self._seen[record.id] = (record.version, self._released, record.digest)
            if verdict in ("new", "changed"):
                taken.append(record)
            elif verdict == "unchanged":
                self._date(record)
                if record.version > stored[record.id].version:
                    self.changes.renewed += 1
                    taken.append(record)
        self._remove([stored[record.id] for record in taken if record.id in stored])
        self._add(taken)
        self._tables.write()

    def _be_of(self, edition: Edition) -> None:
        """Take what follows to be of this edition's date: each part may have its own."""
        released = self._given_date or edition.released or ""
        if released != self._released:
            self.write()
            self._released = released

    def date_unchanged(self) -> None:
        """Note that records which say what they said were read again, in a newer file.

        Of a complete edition its own date tells as much, for all of its records at once.
        """
        self.write()
        changes, record = self.changes, table_of(ImportedRecord)
        rows = [
            row
            for row in self._stored(changes.dated).values()
            if row.released < changes.dated[row.id]
        ]
        changes.dated = {row.id: changes.dated[row.id] for row in rows}
        link = table_of(RecordSubstance)
        named = sa.select(link.c.substance_key).where(
            link.c.source_id == self._source_id, among(link.c.record_id)
        )
        changes.touched.update(row[0] for row in select_in(self._connection, named, changes.dated))
        own = (record.c.source_id == self._source_id, record.c.id == sa.bindparam("of"))
        again = record.update().where(*own).values(released=sa.bindparam("on"))
        for chunk in chunks(rows, AT_ONCE):
            dated = [{"of": row.id, "on": changes.dated[row.id]} for row in chunk]
            self._connection.execute(again, dated)

    def remove_unseen(self, edition: Edition) -> None:
        """Mark as gone what a complete edition no longer holds, unless that edition is older."""
        self.write()
        self.changes.dated.clear()
        self._be_of(edition)
        if self._released < self._complete_before or self.changes.counts["nameless"]:
            return  # what could not be read may be any of them
        table = table_of(ImportedRecord)
        rows = self._connection.execute(
            sa.select(table.c.id, table.c.version, table.c.released, table.c.digest).where(
                table.c.source_id == self._source_id, table.c.gone.is_(False)
            )
        ).all()
        gone = [row for row in rows if row.id not in self._seen and row.released <= self._released]
        if not gone:
            return
        self._remove(gone)
        for row in gone:
            record = (self._source_id, row.id, row.version, self._released, True, "", "")
            self._tables.add_all(table, [record])
        self._tables.write()
        self.changes.counts["removed"] += len(gone)

    def _is_first(self, record: PreparedRecord, waiting: dict[str, PreparedRecord]) -> bool:
        """Whether a record is the first of its id in this import, or newer than the first."""
        seen = self._seen.get(record.id, NOT_READ)
        if record.id in waiting:
            seen = (waiting[record.id].version, self._released, waiting[record.id].digest)
        if seen == NOT_READ:
            return True
        self.changes.counts["duplicates"] += 1
        version, released, digest = seen
        if (record.version, record.digest) == (version, digest):
            self._date(record)
            return False
        if (record.version, self._released) == (version, released):
            reason = "another record with this id stands before it, and says something else."
            self._set_aside(self._file, record.id, reason)
        return (record.version, self._released) > (version, released)

    def _date(self, record: PreparedRecord) -> None:
        """Note by which file a record said last what is known of it."""
        dated = self.changes.dated
        dated[record.id] = max(dated.get(record.id, ""), self._released)

    def _verdict(self, record: PreparedRecord, before: Any) -> str:
        """What a record is beside what is there: new, changed, unchanged, older, or kept."""
        released = self._released
        unread = record.id in self._unread or (self._is_spread and self.changes.counts["nameless"])
        if unread and before is not None and not before.gone:
            return "kept"  # part of it could not be read, or may be what could not
        if before is None:
            return "older" if released and released < self._complete_before else "new"
        if before.gone:
            return "older" if released and released < before.released else "new"
        if record.version < before.version:
            return "older"
        if record.digest == before.digest:
            return "unchanged"
        if record.version == before.version:
            newest = max(before.released, self._complete_before)
            if released and released < newest:
                return "older"
        return "changed"

    def _stored(self, ids: Iterable[str]) -> dict[str, Any]:
        table = table_of(ImportedRecord)
        columns = (
            table.c.id,
            table.c.version,
            table.c.released,
            table.c.gone,
            table.c.digest,
        )
        statement = sa.select(*columns).where(
            table.c.source_id == self._source_id, among(table.c.id)
        )
        return {row.id: row for row in select_in(self._connection, statement, ids)}

    def _add(self, records: list[PreparedRecord]) -> None:
        source, changes, known = self._source_id, self.changes, self._known_statements
        rows: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        for record in records:
            id_, version, released = record.id, record.version, self._released
            changes.content += content_number(source, id_, record.digest)
            for position, (key, body) in enumerate(record.substances):
                changes.substances[key] = body
                changes.touched.add(key)
                rows[RecordSubstance].append((source, id_, position, key))
            for digest, (kind, body) in record.new_statements.items():
                if digest not in known:
                    known.add(digest)
                    rows[ImportedStatement].append((digest, kind, body))
            for position, statement in enumerate(record.statements):
                rows[RecordStatement].append((source, id_, position, *statement))
            for noun, mentioned, body in record.mentions:
                changes.mentions.add((noun, mentioned))
                rows[ImportedMention].append((source, id_, noun, mentioned, body))
            own = (source, id_, version, released, False, record.digest, record.body)
            rows[ImportedRecord].append(own)
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
        mention = table_of(ImportedMention)
        statement = sa.select(mention.c.noun, mention.c.id).where(
            mention.c.source_id == source, among(mention.c.record_id)
        )
        changes.mentions.update(tuple(r) for r in select_in(self._connection, statement, ids))
        self._tables.delete(ImportedRecord, "id", ids, source_id=source)

    def _set_aside(self, file: str, record: str, reason: str) -> None:
        self.changes.set_aside.append((file, record, reason))


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
    table = table_of(ImportedSource)
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
