"""What a drug is used for, tried for, or was found not to help with."""

from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field, SQLModel

from app.models.base import KEY, checked, described
from app.models.fact import Detail, Section, found_by, route
from app.models.label_table import LabelTable, tables
from app.models.label_text import CrossReference, TextBlock, blocks, cross_references, summary
from app.models.numbers import Number


class IndicationStatus(StrEnum):
    """Where a use stands, by the source.

    `approved`: a label with an application that FDA approved says so, or a source that calls it
    approved. `otc_monograph`: a label of a product that is sold under an OTC monograph does.
    `unapproved`: a label of products that are marketed as unapproved does, or one whose record
    names neither. `unknown`: the source does not say, or says several.
    `off_label`: used, though not approved for it. `investigational`: thought to help or under
    study. `not_effective`: found not to help, a finding against. `limitation_of_use`: a label says
    what the drug is not for, or was not shown to be.
    """

    APPROVED = "approved"
    OTC_MONOGRAPH = "otc_monograph"
    UNAPPROVED = "unapproved"
    UNKNOWN = "unknown"
    OFF_LABEL = "off_label"
    INVESTIGATIONAL = "investigational"
    NOT_EFFECTIVE = "not_effective"
    LIMITATION_OF_USE = "limitation_of_use"


AGAINST = {IndicationStatus.NOT_EFFECTIVE, IndicationStatus.LIMITATION_OF_USE}
"""What is no use, though it is found where uses are."""


class IndicationFields(SQLModel):
    """What an indication has beyond every fact."""

    status: IndicationStatus = described(
        "Where the use stands, by the source: `approved` on a label of products under a new drug, "
        "abbreviated or biologics application, `otc_monograph` on one of products under an OTC "
        "monograph, `unapproved` on one of products that are marketed as unapproved or whose "
        "record has neither, `unknown` where the record does not say, or its products differ. "
        "`not_effective` is a finding against: the drug was found not to help. "
        "`limitation_of_use` is what a label says under Limitations of Use, and no use.",
        "approved",
    )
    jurisdiction: str | None = described(
        "Where that status holds: an ISO 3166 country code; null where the source names none.",
        "US",
        default=None,
    )
    max_phase: Number | None = described(
        "The highest phase of clinical development that the source gives for this use: 0.5 is "
        "early phase 1, and 4 by itself no approval. Null where the source gives none.",
        3,
        default=None,
    )
    populations: list[str] = described(
        "Whom the source names; empty where it names nobody.",
        ["People with a musculoskeletal condition such as multiple sclerosis"],
        default_factory=list,
    )
    route: str | None = route()
    section: Section | None = described(
        "The label's section, for label text.",
        {
            "code": "34067-9",
            "name": "Indications & Usage",
            "published_code": "42229-5",
            "number": "1.1",
            "heading": "Gout",
            "within": ["1 INDICATIONS AND USAGE"],
            "part": 0,
        },
        default=None,
    )
    summary: str | None = summary()
    blocks: list[TextBlock] | None = blocks("statement")
    tables: list[LabelTable] = tables("the label's text")
    cross_references: list[CrossReference] = cross_references("statement")
    condition_id: str | None = None


class Indication(Detail, table=True):
    """An indication, or a finding against one."""

    __table_args__ = found_by("indication", "condition_id", "status", "max_phase")
    kind_name: ClassVar = "indications"
    singular: ClassVar = "indication"
    content: ClassVar = IndicationFields

    condition_id: str | None = Field(default=None, foreign_key="condition.id", sa_type=KEY)
    status: IndicationStatus = Field(sa_type=checked(IndicationStatus))
    max_phase: float | None = None
