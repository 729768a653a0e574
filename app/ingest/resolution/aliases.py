"""Names and identifiers that lead to a drug without being its own: see `app.models.lookup`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from app.documents.compression import decompress
from app.ingest.bulk_insert import Tables, among, select_in
from app.ingest.resolution.resolver import ResolvedDrug, is_its_salt, names_salt
from app.ingest.resolution.substances import identifiers_of
from app.ingest.sources import NAME_NO_DRUGS
from app.models.base import table_of
from app.models.drug import NameType
from app.models.fact import MatchedBy
from app.models.lookup import IdentifierAlias, NameAlias
from app.models.source_record import RecordSubstance, SourceRecord, SourceSubstance
from app.names.normalization import name_key


def write_aliases(
    connection: sa.Connection,
    tables: Tables,
    drug_ids: list[str],
    drugs: Mapping[str, ResolvedDrug],
) -> None:
    """Replace the aliases of these drugs, and the brands of what is quarantined.

    What sources say that make no drugs known is left out: a trial's is no name of a salt.
    """
    of_names = table_of(NameAlias)
    for model in (IdentifierAlias, NameAlias):
        tables.delete(model, "drug_id", drug_ids)
    tables.execute(of_names.delete().where(of_names.c.drug_id.is_(None)))
    names: dict[tuple[str, str], tuple[str | None, str]] = {}
    identifiers: dict[tuple[str, str, str], str | None] = {}
    substances = list(select_in(connection, OF_DRUGS, drug_ids))
    radiolabelled = {row.drug_id for row in substances if row.matched_by == MatchedBy.RADIOLABELLED}
    own = set(_identifiers_of(radiolabelled, substances))
    for row in sorted(substances, key=lambda row: (row.source_id, row.key)):
        is_radiolabelled = row.matched_by == MatchedBy.RADIOLABELLED
        is_form = row.matched_by == MatchedBy.FORM
        is_another = is_radiolabelled or is_salt(row.matched_by, row.name, drugs[row.drug_id].name)
        if is_another or is_form:
            if is_another or names_salt(row.name):
                names.setdefault((name_key(row.name), row.drug_id), (row.drug_id, row.name))
            for system, value in identifiers_of(row.body):
                is_name = value == row.name  # of what has no other
                if (row.drug_id, system, value) not in own and not is_name:
                    identifiers.setdefault((row.drug_id, system, value), row.name)
        elif row.matched_by != MatchedBy.INGREDIENTS:
            for system, value, *_ in row.ambiguous:
                identifiers[row.drug_id, system, value] = None
    for key, drug_id, substance in _radiolabelled_names(connection, radiolabelled):
        names.setdefault((key, drug_id), (drug_id, substance))
    for row, name in _quarantined_names(connection):
        names[name_key(name), f"{row.source_id} {row.key}"] = (None, row.name)
    tables.add_all(of_names, [(*key, *names[key]) for key in sorted(names) if key[0]])
    tables.add_all(
        table_of(IdentifierAlias), [(*key, identifiers[key]) for key in sorted(identifiers)]
    )


def names_of_others(
    connection: sa.Connection, drugs: Mapping[str, ResolvedDrug]
) -> Iterator[tuple[str, str | None]]:
    """Names that are no drug's own: a salt's, with its drug, and those of what is quarantined.

    What sources say that make no drugs known is left out: they are looked up in these.
    """
    salts = sa.select(_substance.drug_id, _substance.matched_by, _substance.name).where(
        _substance.source_id.not_in(NAME_NO_DRUGS),
        _substance.drug_id.is_not(None),
        _substance.matched_by.in_((MatchedBy.NAME.value, MatchedBy.NAME_WITHOUT_SALT.value)),
    )
    for drug_id, matched_by, name in connection.execute(salts).all():
        if is_salt(matched_by, name, drugs[drug_id].name):
            yield name, drug_id
    for _, name in _quarantined_names(connection):
        yield name, None


def is_salt(matched_by: MatchedBy, name: str, drug_name: str) -> bool:
    """Whether a substance was found to be a salt of the drug that it is."""
    if matched_by == MatchedBy.NAME_WITHOUT_SALT:
        return True
    return is_its_salt(matched_by, name, drug_name)


def _identifiers_of(
    drug_ids: set[str], substances: Iterable[Any]
) -> Iterator[tuple[str, str, str]]:
    """Drugs' own identifiers: what is radiolabelled was found by one of them."""
    for row in substances:
        if row.drug_id in drug_ids and row.matched_by in (MatchedBy.ITSELF, MatchedBy.IDENTIFIER):
            for system, value in identifiers_of(row.body):
                yield row.drug_id, system, value


def _radiolabelled_names(
    connection: sa.Connection, drug_ids: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Whatever a source calls what was found to be one of these drugs, radiolabelled."""
    rows = select_in(connection, RADIOLABELLED, drug_ids)
    for row in sorted(rows, key=lambda row: (row.source_id, row.key)):
        for name, *_ in _names_in(row.record):
            yield name_key(name), row.drug_id, row.name


def _quarantined_names(connection: sa.Connection) -> Iterator[tuple[Any, str]]:
    """Brands of what is quarantined, and salts that could be several drugs'."""
    for row in connection.execute(QUARANTINED).all():
        if len(row.candidates) > 1 and names_salt(row.name):
            yield row, row.name
        for name, type_, *_ in _names_in(row.record):
            if type_ == NameType.BRAND:
                yield row, name


def _names_in(record: bytes) -> list[list[str]]:
    names: list[list[str]] = from_json(decompress(record)).get("names", [])
    return names


_substance, _link, _record = (
    table_of(table).c for table in (SourceSubstance, RecordSubstance, SourceRecord)
)

NAMED_BY = sa.and_(_link.source_id == _substance.source_id, _link.substance_key == _substance.key)
"""How records are joined to the substances that they name."""

OF_DRUGS = sa.select(
    _substance.source_id,
    _substance.key,
    _substance.drug_id,
    _substance.matched_by,
    _substance.name,
    _substance.ambiguous,
    _substance.body,
).where(among(_substance.drug_id), _substance.source_id.not_in(NAME_NO_DRUGS))

NAMED_IN = (
    sa.select(
        _substance.source_id,
        _substance.key,
        _substance.drug_id,
        _substance.name,
        _substance.candidates,
        _record.body.label("record"),
    )
    .join_from(table_of(SourceSubstance), table_of(RecordSubstance), NAMED_BY)
    .join(
        table_of(SourceRecord),
        sa.and_(_record.source_id == _link.source_id, _record.id == _link.record_id),
    )
)
"""Substances, with what each record says that names one."""

QUARANTINED = NAMED_IN.where(
    _substance.drug_id.is_(None), _substance.source_id.not_in(NAME_NO_DRUGS)
)

RADIOLABELLED = NAMED_IN.where(
    among(_substance.drug_id), _substance.matched_by == MatchedBy.RADIOLABELLED.value
)
