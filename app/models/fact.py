"""What every fact has, whatever its kind."""

from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from app.models.base import KEY, Part, Shape, checked, described, key
from app.models.source import evidence


class Certainty(StrEnum):
    """How sure the source itself is.

    `stated`: the source says it outright. `hedged`: it only thinks, believes or allows it.
    """

    STATED = "stated"
    HEDGED = "hedged"


class Section(Shape):
    """The section of a label that a fact was taken from."""

    code: str = described("The section's LOINC code.", "34066-1")
    name: str = described("The section's name.", "Boxed Warning")


class FactFields(SQLModel):
    """What every fact has."""

    id: str = key(
        "The fact's id: stable, and unique over all kinds.",
        "baclofen-warning-withdrawal",
        primary_key=True,
    )
    statement: str = described(
        "The fact as a sentence that stands alone.",
        "Stopping baclofen suddenly after long use can cause hallucinations and seizures.",
    )
    certainty: Certainty = described(
        "`stated` where the source says it outright, `hedged` where it only thinks, believes "
        "or allows it.",
        "stated",
        sa_type=checked(Certainty),
    )


class Fact(FactFields, table=True):
    """One thing that a source says of a drug; its kind's table holds the rest."""

    __table_args__ = (
        sa.UniqueConstraint("id", "kind"),
        sa.Index("ix_fact_drug_id_kind_id", "drug_id", "kind", "id"),
        sa.Index("ix_fact_kind_id", "kind", "id"),
    )

    kind: str = Field(sa_type=KEY)
    drug_id: str = Field(foreign_key="drug.id", sa_type=KEY)
    evidence_id: str = evidence()


class Detail(SQLModel):
    """What facts of one kind have beyond `Fact`: each kind is one table made from this.

    `kind_name` is its name in URLs and in the seed, `singular` its name in ids. Facts that are
    made of parts alone rest on what those parts cite: `cited_by` names the parts.
    """

    kind_name: ClassVar[str]
    singular: ClassVar[str]
    cited_by: ClassVar[str | None] = None
    parts: ClassVar[dict[str, type[Part]]] = {}

    id: str = Field(primary_key=True, sa_type=KEY)
    kind: str = Field(sa_type=KEY)


def detail_of(kind: str) -> tuple[SchemaItem, ...]:
    """Constraints by which a fact has the details of its own kind, and of no other."""
    return (
        sa.ForeignKeyConstraint(["id", "kind"], ["fact.id", "fact.kind"], ondelete="CASCADE"),
        sa.CheckConstraint(f"kind = '{kind}'", name="kind"),
    )


def found_by(table: str, *columns: str) -> tuple[sa.Index, ...]:
    """Indexes by which a list is narrowed by one of these columns, in the order of ids."""
    return tuple(sa.Index(f"ix_{table}_{column}_id", column, "id") for column in columns)


def fact_kinds() -> dict[str, type[Detail]]:
    """Every kind of fact by its name, in alphabetical order."""
    return {table.kind_name: table for table in sorted(Detail.__subclasses__(), key=_kind_name)}


def _kind_name(table: type[Detail]) -> str:
    return table.kind_name
