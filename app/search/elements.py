"""What the selects of both engines are made of, and each engine compiles in its own way."""

from typing import Any

import sqlalchemy as sa

WORDS, PARTS = "searched_words", "searched_parts"
"""The tables of the index: words by document, and the names of drugs by any three letters."""


class Found(sa.ColumnElement[Any]):
    """That a row of an index has what a parameter asks for."""

    type = sa.types.NullType()  # SQLite has no booleans, and would compare it with 1
    inherit_cache = False

    def __init__(self, how: str, bind: str) -> None:
        self.how = how
        self.bind = sa.bindparam(bind, type_=sa.Text())


class NumberOf(sa.ColumnElement[int]):
    """The number of a row of an index."""

    type = sa.BigInteger()
    inherit_cache = False

    def __init__(self, table: str) -> None:
        self.table = table


class OneOf(sa.ColumnElement[Any]):
    """That a column has one of the values of a parameter, which `listed` makes of them."""

    type = sa.types.NullType()  # SQLite has no booleans, and would compare it with 1
    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[str], bind: str) -> None:
        self.column = column
        self.bind: sa.BindParameter[Any] = sa.bindparam(bind)
