"""What to know before, while and after taking a drug."""

from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field, SQLModel

from app.models.base import checked, described
from app.models.condition import Code
from app.models.fact import Detail, Section, found_by, route
from app.models.label_table import LabelTable, tables
from app.models.label_text import CrossReference, TextBlock, blocks, cross_references, summary


class WarningType(StrEnum):
    """FHIR ClinicalUseDefinition's types."""

    CONTRAINDICATION = "contraindication"
    WARNING = "warning"
    INTERACTION = "interaction"
    UNDESIRABLE_EFFECT = "undesirable-effect"


class WarningCategory(StrEnum):
    """What a warning is about: `withdrawal` is stopping to take the drug, `withdrawn` that the drug
    was taken from a market."""

    ABUSE = "abuse"
    DEPENDENCE = "dependence"
    DOSING = "dosing"
    GERIATRIC = "geriatric"
    HEPATIC = "hepatic"
    LACTATION = "lactation"
    OVERDOSAGE = "overdosage"
    PEDIATRIC = "pediatric"
    PREGNANCY = "pregnancy"
    RENAL = "renal"
    SUPERVISION = "supervision"
    WITHDRAWAL = "withdrawal"
    WITHDRAWN = "withdrawn"


class Severity(StrEnum):
    """CDS Hooks' indicators."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class WarningFields(SQLModel):
    """What a warning has beyond every fact; null where the source gives none."""

    type: WarningType = described("Which kind of FHIR ClinicalUseDefinition it is.", "warning")
    category: WarningCategory | None = described(
        "What it is about: `withdrawn` that the drug was taken from a market, `withdrawal` what "
        "follows when a person stops taking it.",
        "withdrawal",
        default=None,
    )
    boxed: bool | None = described(
        "Whether it stands in a label's boxed warning; null where the source does not "
        "say, and is no label.",
        None,
        default=None,
    )
    severity: Severity | None = described(
        "How severe, in CDS Hooks' terms: only where the source says so, never inferred. "
        "Null means that no source gives a severity, not that it is mild.",
        None,
        default=None,
    )
    severity_basis: str | None = described(
        "The source's own word that `severity` rests on.", None, default=None
    )
    route: str | None = route()
    population: str | None = described(
        "Whom it concerns; null where the source names nobody in particular.",
        "People who have taken baclofen for a long time",
        default=None,
    )
    trigger: str | None = described(
        "What brings it about.", "Stopping suddenly after long use", default=None
    )
    consequences: list[str] = described(
        "What can follow.",
        ["hallucinations", "seizures"],
        default_factory=list,
    )
    advice: str | None = described(
        "What the source says to do.",
        "Take baclofen only if a health professional advises it",
        default=None,
    )
    warning_class: str | None = described(
        "The class of toxicity that the source puts it into.", "Hepatotoxicity", default=None
    )
    countries: list[str] = described(
        "The countries in which it was issued, or the drug withdrawn, as the source names them.",
        ["United States"],
        default_factory=list,
    )
    year: int | None = described(
        "The year in which that was first done, by the source.", 1998, default=None
    )
    codes: list[Code] = described(
        "Codes for what it warns of, where the source gives them.",
        [{"system": "efo", "code": "EFO:0011052"}],
        default_factory=list,
    )
    section: Section | None = described(
        "The label's section, for label text.",
        {
            "code": "43685-7",
            "name": "Warnings and cautions",
            "published_code": "42229-5",
            "number": "5.1",
            "heading": "Falls",
            "within": ["5 WARNINGS AND PRECAUTIONS"],
            "part": 0,
        },
        default=None,
    )
    summary: str | None = summary()
    blocks: list[TextBlock] | None = blocks("statement")
    tables: list[LabelTable] = tables("the label's text")
    cross_references: list[CrossReference] = cross_references("statement")


class Warning(Detail, table=True):  # noqa: A001 -- the domain's own word
    """A warning."""

    __table_args__ = found_by("warning", "type", "category", "severity", "boxed")
    kind_name: ClassVar = "warnings"
    singular: ClassVar = "warning"
    content: ClassVar = WarningFields

    type: WarningType = Field(sa_type=checked(WarningType))
    category: WarningCategory | None = Field(default=None, sa_type=checked(WarningCategory))
    severity: Severity | None = Field(default=None, sa_type=checked(Severity))
    boxed: bool | None = None
