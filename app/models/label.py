"""A drug's label: what it says of itself, its sections, and what labels are found by."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import (
    BY_KEY,
    KEY,
    PartialDate,
    Shape,
    checked,
    described,
    owned_by,
)
from app.models.fact import Section
from app.models.label_product import LabelProduct
from app.models.label_table import LabelTable
from app.models.label_text import CrossReference, TextBlock

PASSAGE = "passage"
"""What a statement's kind is called where it is a label's text, and no fact."""


class LabelText(Shape):
    """A passage of a label that is no fact: its section, its text if that is kept, its tables,
    its short form, its structure, its links."""

    section: Section
    statement: str | None
    tables: list[LabelTable]
    summary: str | None = None
    blocks: list[TextBlock] | None = None
    cross_references: list[CrossReference] = Field(default_factory=list)


class LabelFields(SQLModel):
    """What a label says of itself; null where its source says nothing of it."""

    version: int = described("The label's version, as its publisher numbers them.", 5)
    effective_date: PartialDate = described(
        "The day from which this version is in effect.", "2006-01-04"
    )
    title: str | None = described(
        "The label's title; null where no source gives that of this version: openFDA gives none.",
        None,
        default=None,
    )
    brand_names: list[str] = described("The products' brand names.", ["KEMSTRO"])
    generic_names: list[str] = described(
        "The products' generic names, as the label has them.",
        ["baclofen tablet, orally disintegrating"],
    )
    manufacturers: list[str] = described("Who is responsible for it.", ["Schwarz Pharma"])
    product_types: list[str] = described(
        "The types of product, as published.", ["HUMAN PRESCRIPTION DRUG"]
    )
    routes: list[str] = described(
        "The routes of administration, as published. Of DailyMed's labels these, the names, the "
        "applications and the categories are of the products and parts of its drug: not of swabs.",
        ["ORAL"],
    )
    application_numbers: list[str] = described(
        "What its products are marketed under: NDA, ANDA or BLA, or an OTC monograph.",
        ["ANDA077241"],
    )
    marketing_categories: list[str] | None = described(
        "The marketing categories, as published; null where the source gives none.",
        None,
        default=None,
    )
    product_ndcs: list[str] = described("The products' NDCs.", ["0091-3351"])
    package_ndcs: list[str] = described("The packages' NDCs.", ["0091-3351-01"])
    substances: list[str] = described("The active substances, as named.", ["BACLOFEN"])
    products: list[LabelProduct] | None = described(
        "The products that it lists, each with its ingredients, strengths and packages. Null where "
        "no source gives those of this version: openFDA gives none, and those of an earlier "
        "version may be others.",
        None,
        default=None,
    )


class Label(SQLModel, table=True):
    """A label, as it is found."""

    __table_args__ = (
        sa.Index("ix_label_effective_date_id", "effective_date", "id"),
        sa.Index("ix_label_drug_id_effective_date_id", "drug_id", "effective_date", "id"),
        BY_KEY,
    )

    id: str = Field(primary_key=True, sa_type=KEY, description="Its set id, in lower case.")
    drug_id: str | None = Field(default=None, foreign_key="drug.id", sa_type=KEY)
    effective_date: str = Field(sa_type=KEY)


class LabelField(StrEnum):
    """What labels can be narrowed by; `other_ndc` are the NDCs of products that are not of the
    label's drug, so that they do not lead to it."""

    APPLICATION_NUMBER = "application_number"
    MANUFACTURER = "manufacturer"
    NDC = "ndc"
    OTHER_NDC = "other_ndc"
    PRODUCT_TYPE = "product_type"
    ROUTE = "route"


class LabelTerm(SQLModel, table=True):
    """What a label has in a field that lists of labels are narrowed by."""

    __tablename__ = "label_term"
    __table_args__ = (
        sa.Index("ix_label_term_field_value_label_id", "field", "value", "label_id"),
        BY_KEY,
    )

    label_id: str = owned_by("label")
    field: LabelField = Field(primary_key=True, sa_type=checked(LabelField))
    value: str = Field(primary_key=True, sa_type=KEY, description="See `term_of`.")


def number_and_day(version: str) -> tuple[int, str]:
    """The number and the day of a label's version, of `000005.20060104`, by which its records are
    ordered; the day is empty where its source gives none."""
    number, _, day = version.partition(".")
    return int(number), date_of(day)


def date_of(day: str) -> str:
    """The date that `20060104`, `200601` or `2006` is."""
    return "-".join(filter(None, (day[:4], day[4:6], day[6:])))


LONGEST_TERM = 400


def term_of(value: str) -> str:
    """A value as it is compared: whatever its case and blanks."""
    return " ".join(value.casefold().split())[:LONGEST_TERM]
