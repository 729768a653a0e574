"""The conditions that indications and trials name."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import BY_KEY, JSON, KEY, Shape, Slug, described, key, owned_by


class Code(Shape):
    """A code for the same thing in a terminology."""

    system: str = described("The terminology.", "mesh")
    code: str = described("The code in it.", "D009128")


class RelatedTerm(Code):
    """A term that a source gives beside a name: the same, a broader one or another."""

    name: str | None = described("What the terminology calls it.", "Muscle Spasticity")


class Condition(SQLModel, table=True):
    """A disease, symptom or state that a drug is used, studied or found useless for."""

    cites: ClassVar = "if described"
    __table_args__ = (
        sa.CheckConstraint("description IS NULL OR cite IS NOT NULL", name="description_is_cited"),
    )

    id: Slug = key("The condition's id.", "muscle-spasticity", primary_key=True)
    name: str = described("What the sources call it.", "Muscle spasticity")
    names: list[str] = described(
        "Every name by which the sources name it, `name` first: names are one condition where they "
        "are equal, or have a code that stands for no more than one of them.",
        ["Muscle spasticity"],
        sa_type=JSON,
        sa_column_kwargs={"server_default": sa.text("'[]'")},
        default_factory=list,
    )
    codes: list[Code] = described(
        "Codes for it, where a source gives them.", [], sa_type=JSON, default_factory=list
    )
    related_terms: list[RelatedTerm] = described(
        "Terms that a source gives beside its own name for it, which may be broader or another: "
        "the condition is found by them, and is one with others only by `codes`.",
        [],
        sa_type=JSON,
        sa_column_kwargs={"server_default": sa.text("'[]'")},
        default_factory=list,
    )
    description: str | None = described(
        "What it is, where a source says so.",
        "A state in which muscle tone is raised and muscles are rigid.",
        default=None,
    )
    cite: dict[str, list[str]] | None = Field(
        default=None,
        sa_type=JSON,
        description="The passages that describe it so, and those of the terminologies that a "
        "person took its codes from: each source's id, and where in it.",
    )


class ConditionCode(SQLModel, table=True):
    """What a condition is found by: a code of it, or of a term that is related to it, as
    `app.names.terminologies` compares it, or the id that one of its names makes; no id has a colon
    in it."""

    __tablename__ = "condition_code"
    __table_args__ = (sa.Index("ix_condition_code_code", "code", "condition_id"), BY_KEY)

    condition_id: str = owned_by("condition")
    code: str = Field(primary_key=True, sa_type=KEY)
    name: str | None = Field(
        default=None, description="The name or term in small letters, if it is one."
    )
