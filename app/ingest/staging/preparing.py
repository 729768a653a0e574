"""A record as it is stored: its rows, held to their schema, and a digest of them."""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticSerializationError, to_json

from app.ingest.seed.entries import entry_of, fact_entry_of
from app.ingest.sources.interface import Record, Statement, Substance
from app.models.drug import Approval, IdentifierSystem
from app.models.fact import Detail, fact_kinds
from app.models.label import PASSAGE, LabelFields, LabelText
from app.models.label_section import SUBSECTIONS
from app.models.product import ProductFields
from app.models.source_record import JOINED


@dataclass(slots=True)
class PreparedRecord:
    """A record as rows, and its digest; `file` and `locator` name it in reports."""

    id: str
    version: str
    body: bytes
    digest: str
    substances: list[tuple[str, str]]
    statements: list[tuple[str, str, str, str | None]]
    new_statements: dict[str, tuple[str, bytes]]
    references: list[tuple[str, str, str]]
    letters: int
    file: str = ""
    locator: str = ""
    released: str = ""
    """The day of the data that it was taken from, or nothing."""
    as_of: str = ""
    """The day as of which it says so: that, or else its own; or nothing."""
    has_own_day: bool = False
    """Its source has files of several days, and gives it one: labels and studies."""
    is_known: bool = False
    """The very file was imported before."""
    only_replaces: bool = False
    """It says nothing but that what an older version of it said is gone."""
    is_partial: bool = False
    """Part of it could not be read, or what could not be may be part of it."""


Identifier = tuple[IdentifierSystem, str]


class UnstorableError(ValueError):
    """A text that no database holds (with a NUL, half of a surrogate pair, or too long a key), or a
    fact that contradicts itself."""


def prepare(record: Record, known_statements: Collection[str] = ()) -> PreparedRecord:
    """A record as it is stored. Raises `ValidationError` and `UnstorableError`."""
    for approval in record.approvals:
        entry_of(Approval).model_validate(approval | {"cite": {"source": ["record"]}})
    single = len(record.substances) == 1
    substances: dict[str, str] = {}
    roles: dict[str, str | None] = {}
    for substance in record.substances:
        key, text = _substance(substance, record, single)
        substances[key] = text
        roles.setdefault(key, substance.role)
    said: dict[str, Any] = {
        "locator": record.locator,
        "names": record.names,
        "identifiers": record.identifiers,
        "classes": record.classes,
        "approvals": record.approvals,
        "statuses": [[status] for status in record.statuses],
        "kinds": record.kinds,
    }
    if record.precedence:
        said |= {"precedence": record.precedence, "routes": record.routes}
    if single and not record.substances[0].ingredients and any(record.substances[0].moieties):
        said["moiety"] = record.substances[0].moieties[0]
    if any(roles.values()):
        said["roles"] = list(roles.values())
    if record.label is not None:
        said["label"] = LabelFields.model_validate(record.label).model_dump(mode="json")
    if record.leading:
        said["leading"] = record.leading
    if record.products:
        PRODUCTS.validate_python(record.products)
        said["products"] = record.products
    body = _json(said)
    if max(len(record.id), len(body), *map(len, substances.values())) > LONGEST_KEY // 4:
        _refuse_long(record)
    statements: list[tuple[str, str, str, str | None]] = []
    new: dict[str, tuple[str, bytes]] = {}
    letters = 0
    for statement in record.statements if record.substances or record.label else ():
        digest, length = _statement(statement)
        letters += length
        if statement.kind == PASSAGE:
            if digest not in known_statements:
                kept = LabelText.model_validate(statement.fields)
                new[digest] = PASSAGE, _json(kept.model_dump())
            statements.append((digest, NO_FACT, statement.locator, None))
            continue
        table = fact_kinds()[statement.kind]
        if digest not in known_statements:
            new[digest] = statement.kind, _validated(table, statement.fields)
        statements.append((digest, _name(statement, table), statement.locator, None))
    references = [
        (noun, id_, json_text(row))
        for noun, rows in (("condition", record.conditions), ("target", record.targets))
        for id_, row in rows.items()
    ]
    made = prepared(
        record.id, record.version, body, substances, statements, new, references, letters
    )
    made.locator = record.locator
    return made


PRODUCTS = TypeAdapter(list[ProductFields])

NO_FACT = ""
"""The name of a statement that is no fact: no id is made with it."""

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
        raise UnstorableError(
            f"'{longest[:60]}…' has {len(longest):,} characters; a name or id of at most "
            f"{LONGEST_KEY:,} bytes was expected."
        )


def _bytes_of(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def prepared(
    id_: str,
    version: str,
    body: bytes,
    substances: dict[str, str],
    statements: list[tuple[str, str, str, str | None]],
    new_statements: dict[str, tuple[str, bytes]],
    references: list[tuple[str, str, str]],
    letters: int = 0,
) -> PreparedRecord:
    """A record's rows, with the digest of all that they say."""
    return PreparedRecord(
        id_,
        version,
        body,
        record_digest(body, substances.values(), statements, references),
        list(substances.items()),
        statements,
        new_statements,
        references,
        letters,
    )


def record_digest(
    body: bytes,
    substances: Iterable[str],
    statements: list[tuple[str, str, str, str | None]],
    references: list[tuple[str, str, str]],
) -> str:
    """The digest of all that a record says, in its order."""
    digest = hashlib.sha256(body)
    for body_of_substance in substances:
        digest.update(body_of_substance.encode())
    if statements or references:
        digest.update(repr((statements, references)).encode())
    return digest.hexdigest()[:32]


def _substance(substance: Substance, record: Record, single: bool) -> tuple[str, str]:
    """A substance's key in its source, and what is stored of it."""
    own = record.identifiers if single else []
    body = stored_substance(substance, dict.fromkeys([*substance.identifiers, *own]))
    return (record.id if substance.distinct and single else digest_of(body)[:20]), body


def stored_substance(
    substance: Substance, identifiers: Iterable[Identifier], drug_id: str | None = None
) -> str:
    """What is stored of a substance, with the identifiers that its one record has beside its own.

    Its key is a digest of it, and in the order of keys a source is asked which drugs it names.
    """
    said: dict[str, Any] = {
        "names": substance.names,
        "identifiers": list(identifiers),
        "ingredients": substance.ingredients,
        "ingredient_uniis": substance.ingredient_uniis,
        "distinct": substance.distinct,
        "drug_id": drug_id,
    }
    if substance.ingredient_identifiers:
        said["ingredient_identifiers"] = substance.ingredient_identifiers
    if substance.of_one_name:
        said["of_one_name"] = True
    if substance.form_of:
        said["form_of"] = substance.form_of
    if substance.form_if_unknown:
        said["form_if_unknown"] = True
    if any(substance.moieties):
        said["moieties"] = substance.moieties
    if substance.synonyms:
        said["synonyms"] = substance.synonyms
    if substance.radiolabelled:
        said["labelled"] = True
    if substance.part_of is not None:
        said["part_of"] = substance.part_of
    if substance.instead_of:
        said |= {"instead_of": substance.instead_of, "beside": substance.beside}
    return json_text(said)


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

    Not of all its fields: an id stays when the program learns to read one more of them. What is
    compared by less than its content is marked by `JOINED`.
    """
    if statement.key is not None:
        return f"={statement.key}"
    fields = statement.fields
    code = (fields.get("section") or {}).get("code")
    code = SUBSECTIONS[code].of if code in SUBSECTIONS else code
    said = [statement.kind, code, fields["statement"], fields.get("comment")]
    if statement.compared is None:
        return f"{table.singular}-{_short_digest(said)}"
    said[3:] = map(fields.get, DISTINGUISHED_BY)
    letters = _short_digest(said)
    said[2] = statement.compared
    return f"{JOINED}{table.singular}-{_short_digest(said)}{JOINED}{letters}"


def _short_digest(said: list[Any]) -> str:
    return hashlib.sha256(_json(said)).hexdigest()[:12]


DISTINGUISHED_BY = ("type", "boxed", "category", "route", "status")
"""Fields that have to be the same of what is compared by its wording."""


def _validated(table: type[Detail], fields: dict[str, Any]) -> bytes:
    """A fact's fields as its entry has them, each there, as JSON."""
    entry = fact_entry_of(table).model_validate(fields | UNCITED)
    if problem := contradiction(entry):
        raise UnstorableError(problem)
    return stored_statement(entry)


def contradiction(entry: Any) -> str | None:
    """What in a fact contradicts itself, in a sentence; the seed's files are checked before."""
    said = vars(entry)  # Pydantic takes long to say that it has no such field
    if (said.get("severity") is None) != (said.get("severity_basis") is None):
        return "a severity and its severity_basis go together."
    arms = [arm.id for arm in said.get("arms", [])]
    named = [*arms, *(group.id for group in said.get("groups", []))]
    if len(set(named)) < len(named):
        return "two of its arms and groups have one id."
    for outcome in said.get("outcomes", []):
        for described in (*outcome.group_descriptions, *outcome.analyzed):
            if described.arm not in named:
                return f"it describes the arm '{described.arm}', and has no such arm or group."
        for analysis in outcome.analyses:
            for arm in analysis.arms:
                if arm not in named:
                    return f"it has an analysis of the arm '{arm}', and no such arm or group."
    for measured in (*said.get("outcomes", []), *said.get("baseline", [])):
        for result in measured.results:
            if result.arm not in named:
                return f"it has a result of the arm '{result.arm}', and no such arm or group."
            if (result.count or 0) > (result.participants or result.count or 0):
                return "it counts more than its participants."
    if events := said.get("adverse_events"):
        by_term = (*events.serious_events, *events.other_events)
        for counted in (*events.totals, *(count for event in by_term for count in event.counts)):
            if counted.arm not in named:
                return f"it counts adverse events of '{counted.arm}', and has no such arm or group."
    return None


def stored_statement(entry: BaseModel) -> bytes:
    """A fact's entry as JSON, less what its records say of it each: its key and its citations."""
    return entry.model_dump_json(exclude={"key", "cite"}).encode()


UNCITED = {"key": "key", "cite": {"source": ["record"]}}
"""What stands for a statement's key and citations while it is held to its model."""


def json_text(value: Any) -> str:
    """JSON that both engines can hold as text."""
    return _json(value).decode()


def _json(value: Any) -> bytes:
    try:
        text = to_json(value)
    except (PydanticSerializationError, UnicodeError):
        raise UnstorableError("it holds half of a surrogate pair, which is no text.") from None
    if b"\\u0000" in text and re.search(rb"(?<!\\)(?:\\\\)*\\u0000", text):
        raise UnstorableError("it holds a NUL character, which is no text.")
    return text
