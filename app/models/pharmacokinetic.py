"""What the body does with a drug."""

from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field, SQLModel

from app.models.base import checked, described
from app.models.fact import Detail, Section, found_by, route
from app.models.label_table import LabelTable, tables
from app.models.label_text import CrossReference, TextBlock, blocks, cross_references, summary
from app.models.numbers import Number


class Process(StrEnum):
    """Which of the four processes a fact is about."""

    ABSORPTION = "absorption"
    DISTRIBUTION = "distribution"
    METABOLISM = "metabolism"
    EXCRETION = "excretion"


class PharmacokineticsFields(SQLModel):
    """What a pharmacokinetic fact has beyond every fact; null where the source gives none."""

    process: Process | None = described("Which process it is about.", "metabolism", default=None)
    organ: str | None = described("The organ it is about.", "liver", default=None)
    value: Number | None = described("The number, where there is one.", 15, default=None)
    unit: str | None = described("The unit of `value`.", "percent", default=None)
    route: str | None = route()
    section: Section | None = described(
        "The label's section, for label text.",
        {
            "code": "43682-4",
            "name": "Pharmacokinetics",
            "published_code": "42229-5",
            "number": "12.3",
            "heading": "Absorption",
            "within": ["12 CLINICAL PHARMACOLOGY", "12.3 Pharmacokinetics"],
            "part": 0,
        },
        default=None,
    )
    summary: str | None = summary()
    blocks: list[TextBlock] | None = blocks("statement")
    tables: list[LabelTable] = tables("the label's text")
    cross_references: list[CrossReference] = cross_references("statement")


class Pharmacokinetics(Detail, table=True):
    """How the drug is absorbed, distributed, metabolised or excreted."""

    __table_args__ = found_by("pharmacokinetics", "process", "organ")
    kind_name: ClassVar = "pharmacokinetics"
    singular: ClassVar = "pharmacokinetics"
    content: ClassVar = PharmacokineticsFields

    process: Process | None = Field(default=None, sa_type=checked(Process))
    organ: str | None = None
