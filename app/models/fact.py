"""What every fact has, whatever its kind."""

from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import BY_KEY, KEY, Part, Shape, described, key, owned_by


class Certainty(StrEnum):
    """How sure the source itself is.

    `stated`: the source says it outright. `hedged`: it only thinks, believes or allows it.
    `verbatim`: the statement is the source's own text, in which it may say either.
    """

    STATED = "stated"
    HEDGED = "hedged"
    VERBATIM = "verbatim"


PUBLISHED_CODE = (
    "The LOINC code that the file gives the section itself, where `code` is another: 42229-5 says "
    "unclassified, and such a section counts as what it stands in. Null where the file gives the "
    "same or none, and where the source keeps no codes of parts."
)


class Section(Shape):
    """The section of a label that a fact was taken from."""

    code: str = described("The LOINC code of the section that it is, or is a part of.", "43685-7")
    name: str = described("The section's name.", "Warnings and cautions")
    published_code: str | None = described(PUBLISHED_CODE, None, default=None)
    number: str | None = described(
        "The number of the section or subsection, as printed; null in labels without numbers.",
        "5.1",
        default=None,
    )
    heading: str | None = described(
        "The heading of the section or subsection, where the source delimits it; null elsewhere, "
        "for it is never guessed.",
        "Severe Neutropenia",
        default=None,
    )
    within: list[str] = described(
        "The headings of the sections that it stands in, as printed, the outermost first: what is "
        "said holds for what they name. Empty where the source does not give them.",
        ["5 WARNINGS AND PRECAUTIONS"],
        default_factory=list,
    )
    part: int = described(
        "Which part it is of the numbered subsection, or else of the section, in the label's "
        "order, from 0; 0 too where the source does not divide it.",
        0,
        default=0,
    )


class MatchedBy(StrEnum):
    """How the substance that a source names was found to be this drug.

    `identifier`: they share one. `labelled`: they do, and it is the drug with a label, such as a
    radioactive atom. `name`: it is a name of the drug. `name_without_salt`: it is one, less the
    word for its salt. `form`: a source says that it is a form of the drug: a salt, an ester, a
    hydrate. `ingredients`: the drug is the combination of them. `mesh`: the registry itself found
    this term of MeSH for its trial, and it is a name of the drug. `itself`: the drug is here
    because this source names it.
    """

    IDENTIFIER = "identifier"
    RADIOLABELLED = "labelled"
    NAME = "name"
    NAME_WITHOUT_SALT = "name_without_salt"
    FORM = "form"
    INGREDIENTS = "ingredients"
    MESH = "mesh"
    ITSELF = "itself"


class SubstanceAsNamed(Shape):
    """The substance as the source names it, and how it was found to be this drug."""

    name: str = described("The name, as the source writes it.", "METFORMIN HYDROCHLORIDE")
    matched_by: MatchedBy = described(
        "How it was found to be this drug: by a shared `identifier`, by its exact `name`, by its "
        "`name_without_salt`, by its `ingredients`; `labelled` where they share an identifier and "
        "it is the drug with a label, such as a radioactive atom; `itself` where the source made "
        "the drug known; `form` where a source says that it is a form of the drug. The "
        "interventions of trials are read as `/v1/resolve` reads names, less strengths, dose forms "
        "and the like; `mesh` where a registry's own term of MeSH for the trial is the name, and "
        "no intervention has one.",
        "name_without_salt",
    )
    form: str | None = described(
        "The id of the form of the drug that it is, for `form=`: a salt, an ester, a hydrate; null "
        "where it is no form, or none that has an id.",
        "metformin-hydrochloride",
        default=None,
    )


class LabelCount(Shape):
    """How many of the drug's labels say so."""

    stating: int = described("How many state it, in whatever wording.", 12)
    of: int = described("How many labels of the drug there are for the same routes.", 14)


def route() -> Any:
    """The field of a kind of fact that labels state: for which routes of administration."""
    return described(
        "The route of administration that it holds for, of a label's text as the label has it; "
        "null where the source names none.",
        "ORAL",
        default=None,
    )


class FactFields(SQLModel):
    """What every fact has."""

    id: str = key(
        "The fact's id: stable, and unique over all kinds.",
        "baclofen-warning-withdrawal",
    )
    statement: str = described(
        "The fact: a sentence that stands alone or, of a label, the passage as it stands there, "
        "however long.",
        "Stopping baclofen suddenly after long use can cause hallucinations and seizures.",
    )
    certainty: Certainty = described(
        "`stated` where the source says it outright, `hedged` where it only thinks, believes "
        "or allows it; `verbatim` where the statement is the source's own text as a whole, which "
        "may do either: read it.",
        "stated",
    )
    substance: SubstanceAsNamed | None = described(
        "What the source calls the substance that it speaks of, and how it was found to be this "
        "drug; null where a person wrote the fact for this drug.",
        {
            "name": "METFORMIN HYDROCHLORIDE",
            "matched_by": "name_without_salt",
            "form": "metformin-hydrochloride",
        },
        default=None,
    )
    labels: LabelCount | None = described(
        "Of label text, how many of the drug's labels for the same routes say so: they are equal "
        "but for what differs between manufacturers. The statement is the wording of one of them, "
        "the first under `citations`, which name four more; `include=wordings` has "
        "all. Null where the source is no label.",
        {"stating": 12, "of": 14},
        default=None,
    )


class Fact(SQLModel, table=True):
    """One thing that a source says of a drug: its document says what, its kind's table how it is
    found."""

    __table_args__ = (
        sa.Index("ix_fact_drug_id_kind_rank_id", "drug_id", "kind", "rank", "id"),
        BY_KEY,
    )

    id: str = Field(primary_key=True, sa_type=KEY)
    kind: str = Field(sa_type=KEY)
    drug_id: str = Field(foreign_key="drug.id", sa_type=KEY)
    rank: str = Field(
        sa_type=KEY,
        sa_column_kwargs={"server_default": ""},
        description="Where it stands among its drug's: see `app.documents.importance`.",
    )
    form_id: str | None = Field(
        default=None, sa_type=KEY, description="The form of the drug that it speaks of, if one."
    )


class Detail(SQLModel):
    """What facts of one kind are found by, beyond `Fact`: each kind is one table made from this.

    `kind_name` is its name in URLs and in the seed, `singular` its name in ids. `content` is what
    such a fact says, as it is written and served; `found_by_parts` are the tables of those of its
    parts that it is found by too. Facts that are made of parts alone rest on what those parts cite:
    `cited_by` names the parts.
    """

    kind_name: ClassVar[str]
    singular: ClassVar[str]
    cited_by: ClassVar[str | None] = None
    content: ClassVar[type[SQLModel]]
    found_by_parts: ClassVar[dict[str, type[Part]]] = {}

    id: str = owned_by("fact")


def found_by(table: str, *columns: str) -> tuple[Any, ...]:
    """Indexes by which a list is narrowed by one of these columns, in the order of ids."""
    return (*(sa.Index(f"ix_{table}_{column}_id", column, "id") for column in columns), BY_KEY)


@cache
def fact_kinds() -> dict[str, type[Detail]]:
    """Every kind of fact by its name, in alphabetical order."""
    return {table.kind_name: table for table in sorted(Detail.__subclasses__(), key=_kind_name)}


def _kind_name(table: type[Detail]) -> str:
    return table.kind_name
