"""A record as it is kept: the rows that it makes, held to their schema, and a digest of them."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json

from app.ingest.seed.entries import entry_of, fact_entry_of
from app.ingest.sources.interface import Record, Statement, Substance
from app.models.drug import Approval
from app.models.fact import Detail, fact_kinds


@dataclass(slots=True)
class PreparedRecord:
    """A record as rows, and its digest."""

    id: str
    version: str
    body: str
    digest: str
    substances: list[tuple[str, str]]
    statements: list[tuple[str, str, str, str | None]]
    new_statements: dict[str, tuple[str, str]]
    mentions: list[tuple[str, str, str]]
    letters: int


class UnstorableTextError(ValueError):
    """A text that no database holds: with a NUL, half of a surrogate pair, or too long a key."""


def prepare(record: Record, known_statements: Collection[str] = ()) -> PreparedRecord:
    """A record as it is kept. Raises `ValidationError` and `UnstorableTextError`."""
    for approval in record.approvals:
        entry_of(Approval).model_validate(approval | {"cite": {"source": ["record"]}})
    body = json_text(
        {
            "locator": record.locator,
            "names": record.names,
            "identifiers": record.identifiers,
            "classes": record.classes,
            "approvals": record.approvals,
            "statuses": [[status] for status in record.statuses],
            "kinds": record.kinds,
        }
    )
    single = len(record.substances) == 1
    substances = {}
    for substance in record.substances:
        key, text = _substance(substance, record, single)
        substances[key] = text
    if max(len(record.id), len(body), *map(len, substances.values())) > LONGEST_KEY // 4:
        _refuse_long(record)
    statements: list[tuple[str, str, str, str | None]] = []
    new: dict[str, tuple[str, str]] = {}
    letters = 0
    for statement in record.statements if record.substances else ():
        digest, length = _statement(statement)
        letters += length
        table = fact_kinds()[statement.kind]
        if digest not in known_statements:
            new[digest] = statement.kind, _validated(table, statement.fields)
        statements.append((digest, _name(statement, table), statement.locator, None))
    mentions = [
        (noun, id_, json_text(row))
        for noun, rows in (("condition", record.conditions), ("target", record.targets))
        for id_, row in rows.items()
    ]
    return prepared(record.id, record.version, body, substances, statements, new, mentions, letters)


LONGEST_KEY = 2_000
"""Bytes of an id, a name or an identifier: Postgres indexes no more than 2,704."""


def _refuse_long(record: Record) -> None:
    keys = [
        record.id,
        *(name for name, _ in record.names),
        *(value for _, value in record.identifiers),
        *(name for substance in record.substances for name in substance.names),
        *(name for substance in record.substances for name in substance.ingredients),
    ]
    longest = max(keys, key=_bytes_of)
    if _bytes_of(longest) > LONGEST_KEY:
        raise UnstorableTextError(
            f"'{longest[:60]}…' has {len(longest):,} characters; a name or id of at most "
            f"{LONGEST_KEY:,} bytes was expected."
        )


def _bytes_of(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def prepared(
    id_: str,
    version: str,
    body: str,
    substances: dict[str, str],
    statements: list[tuple[str, str, str, str | None]],
    new_statements: dict[str, tuple[str, str]],
    mentions: list[tuple[str, str, str]],
    letters: int = 0,
) -> PreparedRecord:
    """A record's rows, with the digest of all that they say."""
    digest = hashlib.sha256(body.encode())
    for body_of_substance in substances.values():
        digest.update(body_of_substance.encode())
    if statements or mentions:
        digest.update(repr((statements, mentions)).encode())
    return PreparedRecord(
        id_,
        version,
        body,
        digest.hexdigest()[:32],
        list(substances.items()),
        statements,
        new_statements,
        mentions,
        letters,
    )


def _substance(substance: Substance, record: Record, single: bool) -> tuple[str, str]:
    """A substance's key in its source, and what is kept of it."""
    body = kept_substance(substance, record if single else None)
    return (record.id if substance.distinct and single else digest_of(body)[:20]), body


def kept_substance(substance: Substance, record: Record | None, drug_id: str | None = None) -> str:
    """What is kept of a substance, with the identifiers that its one record has beside its own."""
    identifiers = dict.fromkeys([*substance.identifiers, *(record.identifiers if record else ())])
    kept: dict[str, Any] = {
        "names": substance.names,
        "identifiers": list(identifiers),
        "ingredients": substance.ingredients,
        "ingredient_uniis": substance.ingredient_uniis,
        "distinct": substance.distinct,
        "drug_id": drug_id,
    }
    if substance.synonyms:
        kept["synonyms"] = substance.synonyms
    if substance.labelled:
        kept["labelled"] = True
    return json_text(kept)


def digest_of(said: Any) -> str:
    """A digest of what is said, in 128 bits: text, or what JSON can hold."""
    text = said if isinstance(said, str) else json_text(said)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _statement(statement: Statement) -> tuple[str, int]:
    """The digest of all that a statement says, and how long that is."""
    said = _json([statement.kind, statement.fields])
    return hashlib.sha256(said).hexdigest()[:32], len(said)


def _name(statement: Statement, table: type[Detail]) -> str:
    """What a fact's id is made with: its key, or a digest of its sentence, section and comment.

    Not of all its fields: an id stays when the program learns to read one more of them.
    """
    if statement.key is not None:
        return f"={statement.key}"
    fields = statement.fields
    section = fields.get("section") or {}
    said = [statement.kind, section.get("code"), fields["statement"], fields.get("comment")]
    return f"{table.singular}-{hashlib.sha256(_json(said)).hexdigest()[:12]}"


def _validated(table: type[Detail], fields: dict[str, Any]) -> str:
    """A fact's fields as its entry has them, each there, as JSON."""
    return statement_as_kept(fact_entry_of(table).model_validate(fields | UNCITED))


def statement_as_kept(entry: BaseModel) -> str:
    """A fact's entry as JSON, less what its records say of it each: its key and its citations."""
    return entry.model_dump_json(exclude={"key", "cite"})


UNCITED = {"key": "key", "cite": {"source": ["record"]}}
"""What stands for a statement's key and citations while it is held to its model."""


def json_text(value: Any) -> str:
    """JSON that both engines can hold as text."""
    return _json(value).decode()


def _json(value: Any) -> bytes:
    try:
        text = to_json(value)
    except (PydanticSerializationError, UnicodeError):
        raise UnstorableTextError("it holds half of a surrogate pair, which is no text.") from None
    if b"\\u0000" in text and re.search(rb"(?<!\\)(?:\\\\)*\\u0000", text):
        raise UnstorableTextError("it holds a NUL character, which is no text.")
    return text
