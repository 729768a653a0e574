"""What holds the rows that drugs are looked up by to what was written: a drug's own name is held
against its record, a claim has a digest, and where several rows have one key, it is known how many.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.database.engines import table_of
from app.documents.checksums import digest_of
from app.models.drug import DrugName
from app.models.lookup import ClaimedIdentifier, ClaimedName, SearchedName, SharedKey
from app.names.normalization import name_key
from app.search.index import listed, one_of

_claimed = table_of(ClaimedIdentifier).c
IDENTIFIER: sa.ColumnElement[str] = (
    sa.type_coerce(_claimed.system, sa.String())
    .concat(sa.literal_column("':'"))
    .concat(_claimed.value)
)
"""The key of a claimed identifier."""

LOOKED_UP: tuple[tuple[Any, int], ...] = (
    (col(SearchedName.key), 0),
    (col(ClaimedName.key), 1),
    (IDENTIFIER, 1),
)
"""The keys that are looked up, and whether they are those of claims."""


def claim_digest(*columns: str | None) -> str:
    """The digest of a claim: of its other columns, in their order."""
    return digest_of(*columns)


def write_shared_keys(connection: sa.Connection, changes: Mapping[str, int]) -> None:
    """Have the numbers of rows follow `changes`: how many more or less some keys have now.

    Of a key that was counted before, what came and went is added and taken away, and what is there
    is not counted. It was whole when the import began: see `app.ingest.publishing.rebuilding`.
    """
    table = table_of(SharedKey)
    keys = {"keys": listed(connection.dialect.name, changes)}
    rows = connection.execute(_numbers(only_some=True), keys).all()
    connection.execute(table.delete().where(one_of(table.c.key, "keys")), keys)
    numbers = []
    for row in rows:
        number = row.there if row.before is None else row.before + changes[row.key]
        if number != row.there or number > 1 or row.claimed:
            numbers.append({"key": row.key, "number": int(number)})
    if numbers:
        connection.execute(table.insert(), numbers)


def _numbers(*, only_some: bool) -> sa.Select[Any]:
    """Of each key that several rows have, a claim, or what was counted: what there is of it."""
    shared = table_of(SharedKey).c
    uncounted = sa.cast(sa.null(), sa.Integer())
    counts: list[tuple[Any, ...]] = [
        *((key, _integer(1), _integer(claimed), uncounted) for key, claimed in LOOKED_UP),
        (shared.key, _integer(0), _integer(0), shared.number),
    ]
    every = sa.union_all(
        *(
            sa.select(
                key.label("key"),
                there.label("there"),
                claimed.label("claimed"),
                before.label("before"),
            ).where(*([one_of(key, "keys")] if only_some else []))
            for key, there, claimed, before in counts
        )
    ).subquery("every")
    there = sa.func.sum(every.c.there)
    claimed, before = sa.func.max(every.c.claimed), sa.func.max(every.c.before)
    return (
        sa.select(
            every.c.key, there.label("there"), claimed.label("claimed"), before.label("before")
        )
        .group_by(every.c.key)
        .having(sa.or_(there > 1, claimed > 0, before.is_not(None)))
    )


def _integer(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(value), sa.Integer())


def faults_of_names(connection: sa.Connection) -> Iterator[str]:
    """Which names of drugs are not looked up as they are spelt, a sentence each."""
    name, searched = table_of(DrugName).c, table_of(SearchedName).c
    same = sa.and_(searched.drug_id == name.drug_id, searched.position == name.position)
    every = sa.select(name.drug_id, name.name, searched.key).join_from(
        table_of(DrugName), table_of(SearchedName), same, isouter=True
    )
    found = 0
    for drug_id, written, key in connection.execute(every).all():
        found += key is not None
        if (key or "") != name_key(written):
            yield f"'{drug_id}' is not looked up by its name '{written}'."
    there = connection.scalar(sa.select(sa.func.count()).select_from(table_of(SearchedName)))
    if there != found:
        yield f"{there} names are looked up; drugs have {found}."


def faults_of_keys(connection: sa.Connection) -> list[str]:
    """Which claims and which numbers of rows are not what was written, a sentence each."""
    faults = []
    for model in (ClaimedName, ClaimedIdentifier):
        table = table_of(model)
        for row in connection.execute(sa.select(*table.c)):
            *columns, digest = row
            if claim_digest(*columns) != digest:
                faults.append(f"A row of {table.name}, '{columns[0]}', does not match its digest.")
    for row in connection.execute(_numbers(only_some=False)):
        number = row.before if row.before is not None else 1
        if row.there != number or (row.before is None and (row.there > 1 or row.claimed)):
            there = f"there were {row.before}" if row.before is not None else "none were counted"
            faults.append(f"{row.there} rows are looked up by '{row.key}'; {there}.")
    return faults
