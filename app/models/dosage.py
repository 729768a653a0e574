"""How a drug is given and how much of it, and in what forms and strengths it comes."""

from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field, SQLModel

from app.models.base import checked, described
from app.models.fact import Detail, Section, found_by, route
from app.models.label_table import LabelTable, tables
from app.models.label_text import CrossReference, TextBlock, blocks, cross_references, summary


class DosageType(StrEnum):
    """What a dosage is about, as labels divide it (21 CFR 201.57(c)(3) and (4)).

    `dosage-and-administration`: how much to give, how, when and to whom.
    `dosage-forms-and-strengths`: the dose forms and strengths that there are.
    """

    ADMINISTRATION = "dosage-and-administration"
    FORMS = "dosage-forms-and-strengths"


class DosageFields(SQLModel):
    """What a dosage has beyond every fact; null where the source gives none."""

    type: DosageType = described(
        "What it is about: `dosage-and-administration` is how much to give, how, when and to whom; "
        "`dosage-forms-and-strengths` are the dose forms and strengths that there are.",
        "dosage-and-administration",
    )
    population: str | None = described(
        "Whom it is for; null where the source names nobody in particular.",
        "Adults with impaired renal function",
        default=None,
    )
    route: str | None = route()
    section: Section | None = described(
        "The label's section, for label text.",
        {
            "code": "34068-7",
            "name": "Dosage & Administration",
            "published_code": "42229-5",
            "number": "2.1",
            "heading": "Dosing Information",
            "within": ["2 DOSAGE AND ADMINISTRATION"],
            "part": 0,
        },
        default=None,
    )
    summary: str | None = summary()
    blocks: list[TextBlock] | None = blocks("statement")
    tables: list[LabelTable] = tables("the label's text")
    cross_references: list[CrossReference] = cross_references("statement")


class Dosage(Detail, table=True):
    """How the drug is given, or in what forms and strengths it comes."""

    __table_args__ = found_by("dosage", "type")
    kind_name: ClassVar = "dosages"
    singular: ClassVar = "dosage"
    content: ClassVar = DosageFields

    type: DosageType = Field(sa_type=checked(DosageType))
