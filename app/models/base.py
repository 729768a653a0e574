"""What the tables share: how columns are documented, checked and compared."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Text that lists are ordered by: byte by byte, so that both engines agree on the order."""

BY_KEY = {"sqlite_with_rowid": False}
"""Of a table of short rows: SQLite stores them in the order of their key, and needs no index."""

JSON = sa.JSON(none_as_null=True)
"""Lists of text, and small value objects such as a label's section."""


Row = dict[str, Any]
"""A row by its columns' names."""

POSTGRES = "postgresql"
"""What SQLAlchemy calls the dialect of Postgres."""


def table_of(model: Any) -> sa.Table:
    """The table behind a table class."""
    table: sa.Table = model.__table__
    return table


def described(description: str, example: object, **column: Any) -> Any:
    """A field with the sentence and the example that the OpenAPI page and the editor show."""
    return Field(description=description, schema_extra={"examples": [example]}, **column)


def key(description: str, example: object, **column: Any) -> Any:
    """A described field that is an id, or refers to one."""
    return described(description, example, sa_type=KEY, **column)


def checked(enum: type[StrEnum], name: str | None = None) -> sa.Enum:
    """A column that the database itself holds to the enum's values.

    Not a native enum: on Postgres that type survives a downgrade and breaks the next upgrade.
    A table that has an enum twice gives each a `name`.
    """
    return sa.Enum(
        enum,
        name=name or re.sub(r"(?<!^)(?=[A-Z])", "_", enum.__name__).lower(),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def owned_by(table: str, column: str = "id") -> Any:
    """The key of the row that a part belongs to; parts go when their owner goes."""
    return Field(primary_key=True, foreign_key=f"{table}.{column}", ondelete="CASCADE", sa_type=KEY)


def at_position() -> Any:
    """A part's place among its owner's parts, from 0: the order that the source gives them."""
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class Part(SQLModel):
    """What has no life of its own: one of a drug's names, one of a trial's arms.

    Some are stored by themselves too, to be looked up by: `owner` names the columns of the owner's
    key, outermost first; they and the `position` are the key. A part with `scalar` is served
    as that field's value alone, not as an object. `examples` are for the docs, where baclofen has
    no such part. `cites` says whether it names the passages that say so: `always`, or where it has
    a description.
    """

    owner: ClassVar[tuple[str, ...]] = ()
    cites: ClassVar[str | None] = None
    scalar: ClassVar[str | None] = None
    examples: ClassVar[list[Any] | None] = None
    parts: ClassVar[dict[str, type["Part"]]] = {}


class Shape(BaseModel):
    """A value object or a response: what it declares is always there, null where unknown."""

    model_config = ConfigDict(
        extra="forbid", from_attributes=True, json_schema_serialization_defaults_required=True
    )


def _is_calendar_date(value: str) -> str:
    try:
        date.fromisoformat(value + "0000-01-01"[len(value) :])
    except ValueError:
        raise ValueError("a date that the calendar has") from None
    return value


def _matching(pattern: str, expected: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(expected)
        return value

    return check


PartialDate = Annotated[
    str,
    AfterValidator(_matching(r"\d{4}(-\d{2}(-\d{2})?)?", "a date as YYYY, YYYY-MM or YYYY-MM-DD")),
    AfterValidator(_is_calendar_date),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "maxLength": 10}),
]
"""An ISO 8601 date at the precision that the source gives: `1977`, `1977-11` or `1977-11-22`."""

LONGEST_SLUG = 120

Slug = Annotated[
    str,
    AfterValidator(
        _matching(
            rf"(?=.{{1,{LONGEST_SLUG}}}$)[a-z0-9]+(-[a-z0-9]+)*",
            "lower-case words joined by hyphens, such as 'multiple-sclerosis'",
        )
    ),
    WithJsonSchema(
        {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": LONGEST_SLUG}
    ),
]
"""A readable id: `baclofen`, `multiple-sclerosis`."""


Digest = Annotated[
    str,
    AfterValidator(_matching(r"[0-9a-f]{64}", "64 hexadecimal digits in lower case")),
    WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$", "maxLength": 64}),
]
"""A SHA-256."""

WebAddress = Annotated[
    str,
    AfterValidator(_matching(r"https?://\S+", "an address with https://")),
    WithJsonSchema({"type": "string", "format": "uri"}),
]
"""The address of a page, which a frontend may show as a link."""


def partial_date(column: str) -> sa.CheckConstraint:
    """A date column holds a year, a year and month, or a whole date."""
    return sa.CheckConstraint(f"length({column}) IN (4, 7, 10)", name=column)
