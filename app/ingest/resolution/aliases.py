"""Names and identifiers that lead to a drug without being its own: see `app.models.lookup`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from app.database.engines import table_of
from app.ingest.bulk_insert import Tables, among, select_in
from app.ingest.publishing.descriptions import NAMED_BY
from app.ingest.resolution.resolver import Identified, is_its_salt, names_salt
from app.ingest.sources import NAME_NO_DRUGS
from app.models.drug import NameType
from app.models.fact import MatchedBy
from app.models.lookup import ClaimedIdentifier, ClaimedName
from app.models.source_record import ImportedRecord, ImportedSubstance, RecordSubstance
from app.names.normalization import name_key


def write_claims(
    connection: sa.Connection,
    tables: Tables,
    drug_ids: list[str],
    drugs: Mapping[str, Identified],
) -> None:
    """Write the claims to these drugs anew, and the brands of what was set aside."""
    claims = table_of(ClaimedName)
    for model in (ClaimedIdentifier, ClaimedName):
        tables.delete(model, "drug_id", drug_ids)
    connection.execute(claims.delete().where(claims.c.drug_id.is_(None)))
    names: dict[tuple[str, str], tuple[str | None, str]] = {}
    identifiers: dict[tuple[str, str, str], str | None] = {}
    substances = list(select_in(connection, OF_DRUGS, drug_ids))
    labelled = {row.drug_id for row in substances if row.matched_by == MatchedBy.LABELLED}
    own = set(_identifiers_of(labelled, substances))
    for row in sorted(substances, key=lambda row: (row.source_id, row.key)):
        is_labelled = row.matched_by == MatchedBy.LABELLED
        if is_labelled or is_salt(row.matched_by, row.called, drugs[row.drug_id].name):
            names.setdefault((name_key(row.called), row.drug_id), (row.drug_id, row.called))
            for system, value in from_json(row.body)["identifiers"]:
                if (row.drug_id, system, value) not in own:
                    identifiers.setdefault((row.drug_id, system, value), row.called)
        elif row.matched_by != MatchedBy.INGREDIENTS:
            for system, value, *_ in row.contested:
                identifiers[row.drug_id, system, value] = None
    for key, drug_id, substance in _names_with_labels(connection, labelled):
        names.setdefault((key, drug_id), (drug_id, substance))
    for key, claim, substance in _claims_set_aside(connection):
        names[key, claim] = (None, substance)
    by_name = [(*key, *names[key]) for key in sorted(names) if key[0]]
    by_identifier = [(*key, identifiers[key]) for key in sorted(identifiers)]
    tables.add_all(claims, by_name)
    tables.add_all(table_of(ClaimedIdentifier), by_identifier)


def claimed_names(
    connection: sa.Connection, drugs: Mapping[str, Identified]
) -> Iterator[tuple[str, str | None]]:
    """Names that are no drug's own: a salt's, with its drug, and those of what was set aside.

    What sources say that make no drugs known is left out: they are looked up in these.
    """
    salts = sa.select(_substance.drug_id, _substance.matched_by, _substance.called).where(
        _substance.source_id.not_in(NAME_NO_DRUGS), _substance.drug_id.is_not(None)
    )
    for drug_id, matched_by, called in connection.execute(salts):
        if is_salt(matched_by, called, drugs[drug_id].name):
            yield called, drug_id
    for _, name in _names_set_aside(connection):
        yield name, None


def is_salt(matched_by: MatchedBy, called: str, drug_name: str) -> bool:
    """Whether a substance was found to be a salt of the drug that it is."""
    if matched_by == MatchedBy.NAME_WITHOUT_SALT:
        return True
    return is_its_salt(matched_by, called, drug_name)


def _identifiers_of(
    drug_ids: set[str], substances: Iterable[Any]
) -> Iterator[tuple[str, str, str]]:
    """Drugs' own identifiers: what is labelled was found by one of them."""
    for row in substances:
        if row.drug_id in drug_ids and row.matched_by in (MatchedBy.ITSELF, MatchedBy.IDENTIFIER):
            for system, value in from_json(row.body)["identifiers"]:
                yield row.drug_id, system, value


def _names_with_labels(
    connection: sa.Connection, drug_ids: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Whatever a source calls what was found to be one of these drugs with a label."""
    rows = select_in(connection, LABELLED, drug_ids)
    for row in sorted(rows, key=lambda row: (row.source_id, row.key)):
        for name, *_ in from_json(row.body).get("names", ()):
            yield name_key(name), row.drug_id, row.called


def _claims_set_aside(connection: sa.Connection) -> Iterator[tuple[str, str, str]]:
    """The brands of products of which it could not be said which drug they are."""
    for row, name in _names_set_aside(connection):
        yield name_key(name), f"{row.source_id} {row.key}", row.called


def _names_set_aside(connection: sa.Connection) -> Iterator[tuple[Any, str]]:
    """Brands of what was set aside, and salts that could be several drugs'."""
    for row in connection.execute(SET_ASIDE):
        if len(row.candidates) > 1 and names_salt(row.called):
            yield row, row.called
        for name, type_, *_ in from_json(row.body).get("names", ()):
            if type_ == NameType.BRAND:
                yield row, name


_substance, _link, _record = (
    table_of(table).c for table in (ImportedSubstance, RecordSubstance, ImportedRecord)
)

OF_DRUGS = sa.select(
    _substance.source_id,
    _substance.key,
    _substance.drug_id,
    _substance.matched_by,
    _substance.called,
    _substance.contested,
    _substance.body,
).where(among(_substance.drug_id))

NAMED_IN = (
    sa.select(
        _substance.source_id,
        _substance.key,
        _substance.drug_id,
        _substance.called,
        _substance.candidates,
        _record.body,
    )
    .join_from(table_of(ImportedSubstance), table_of(RecordSubstance), NAMED_BY)
    .join(
        table_of(ImportedRecord),
        sa.and_(_record.source_id == _link.source_id, _record.id == _link.record_id),
    )
)
"""Substances, with what each record says that names one."""

SET_ASIDE = NAMED_IN.where(_substance.drug_id.is_(None), _substance.source_id.not_in(NAME_NO_DRUGS))

LABELLED = NAMED_IN.where(
    among(_substance.drug_id), _substance.matched_by == MatchedBy.LABELLED.value
)
