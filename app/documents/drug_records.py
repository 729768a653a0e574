"""Drugs as they are served: names, identifiers, classes, approvals, counts and coverage."""

from collections.abc import Callable
from typing import Any

from pydantic import Field, create_model

from app.documents.fact_records import CoverageRecord, fact_record
from app.documents.records import CitationRecord, fields_of, record_of
from app.models.base import Row, Shape
from app.models.drug import DrugFields, DrugIdentifier
from app.models.fact import fact_kinds

KINDS = fact_kinds()


class Links(Shape):
    """Where the drug's record and its facts are."""

    self: str = Field(description="The record's path.", examples=["/v1/drugs/baclofen"])
    labels: str = Field(
        description="The path of its labels.", examples=["/v1/drugs/baclofen/labels"]
    )
    products: str = Field(
        description="The path of its products.", examples=["/v1/drugs/baclofen/products"]
    )


def _for_each_kind(
    name: str, doc: str, field: Callable[[str], Any], base: type[Shape] = Shape
) -> type[Shape]:
    """An object with a field for each kind of fact."""
    fields: dict[str, Any] = {kind: field(kind) for kind in KINDS}
    return create_model(name, __base__=base, __doc__=doc, **fields)


PARTIAL = {"status": "partial", "as_of": "2026-11-23", "sources": []}

DrugLinks = _for_each_kind(
    "DrugLinks",
    "Where the drug's record and its facts are.",
    lambda kind: (
        str,
        Field(description=f"The path of its {kind}.", examples=[f"/v1/drugs/baclofen/{kind}"]),
    ),
    base=Links,
)
DrugCounts = _for_each_kind(
    "DrugCounts",
    "How many facts of each kind the drug has.",
    lambda kind: (int, Field(description=f"How many {kind} it has.", examples=[4])),
)
DrugCoverage = _for_each_kind(
    "DrugCoverage",
    "How far the sources were searched for each kind of fact.",
    lambda kind: (
        CoverageRecord,
        Field(description=f"How far they were searched for its {kind}.", examples=[PARTIAL]),
    ),
)

IdentifierRecord = record_of(DrugIdentifier)


class FormRecord(Shape):
    """A form of a drug: a salt, an ester, a hydrate, as its sources name it."""

    id: str = Field(
        description="The form's id: wherever a drug's is asked for, it leads to the drug, and "
        "`form=` narrows facts to those of it.",
        examples=["candesartan-cilexetil"],
    )
    name: str = Field(
        description="What it is called, as its first source writes it.",
        examples=["candesartan cilexetil"],
    )
    identifiers: list[IdentifierRecord] = Field(  # type: ignore[valid-type] # made from a table
        description="Identifiers of the form, which are not the drug's.", examples=[[]]
    )
    citations: list[CitationRecord] = Field(description="The passages that name it.", examples=[[]])


DrugRecord = create_model(
    "Drug",
    __base__=Shape,
    __doc__="A drug: its names, identifiers, classes, approvals, and how many facts there are.",
    **fields_of(DrugFields),
    forms=(
        list[FormRecord],
        Field(
            description="The forms of the drug that sources name: its salts, and what a source "
            "says to be a form of it. A fact's `substance` says which it is of.",
            examples=[[]],
        ),
    ),
    counts=(
        DrugCounts,
        Field(
            description="How many facts of each kind there are; a 0 is to be read with `coverage`.",
            examples=[dict.fromkeys(KINDS, 4)],
        ),
    ),
    coverage=(
        DrugCoverage,
        Field(
            description="How far the sources were searched for each kind of fact.",
            examples=[dict.fromkeys(KINDS, PARTIAL)],
        ),
    ),
    links=(
        DrugLinks,
        Field(
            description="Where the record and its facts are.",
            examples=[
                {"self": "/v1/drugs/baclofen"}
                | {name: f"/v1/drugs/baclofen/{name}" for name in ("labels", "products", *KINDS)}
            ],
        ),
    ),
)


class Combinations(Shape):
    """The combinations that a drug is an ingredient of, and how many facts they have."""

    drugs: int = Field(description="How many there are.", examples=[0])
    counts: DrugCounts = Field(  # type: ignore[valid-type] # made from the kinds of fact
        description="How many facts of each kind they have; `combinations=true` lists them.",
        examples=[dict.fromkeys(KINDS, 0)],
    )


DrugInFull = create_model(
    "DrugInFull",
    __base__=DrugRecord,
    __doc__=DrugRecord.__doc__,
    combinations=(
        Combinations,
        Field(
            description="The combinations that the drug is an ingredient of: they are drugs of "
            "their own, and their facts are not among its counts.",
            examples=[{"drugs": 0, "counts": dict.fromkeys(KINDS, 0)}],
        ),
    ),
)


class FactsLeftOut(Shape):
    """That a drug's record has not all its facts of a kind, and where they are."""

    kind: str = Field(description="The kind of fact.", examples=["warnings"])
    included: int = Field(description="How many of them the record has.", examples=[61])
    total: int = Field(description="How many the drug has.", examples=[394])
    all: str = Field(
        description="The path of the list that has all of them.",
        examples=["/v1/drugs/baclofen/warnings"],
    )


_DrugWithSome = create_model(
    "DrugWithSome",
    __base__=DrugInFull,
    left_out=(
        list[FactsLeftOut],
        Field(
            default_factory=list,
            description="The kinds of which the record lacks some facts that `include` asked for, "
            "since all together are too large; otherwise left out.",
            examples=[[]],
        ),
    ),
)

DrugWithFacts = _for_each_kind(
    "DrugWithFacts",
    "A drug with the facts that `include` asked for; those it did not are left out.",
    lambda kind: (
        list.__class_getitem__(fact_record(KINDS[kind])),
        Field(
            default_factory=list,
            description=f"Its {kind}, where `include` asked for them; otherwise left out.",
            examples=[[]],
        ),
    ),
    base=_DrugWithSome,
)
DrugWithFacts.model_config["json_schema_serialization_defaults_required"] = False
DrugWithFacts.model_rebuild(force=True)


def drug_as_served(drug: Row, counts: Row, coverage: Row) -> Row:
    """A drug, from what its row is served as, its numbers of facts, and how far it was searched."""
    return drug | {"counts": counts, "coverage": coverage, "links": _links(drug["id"])}


def _links(drug_id: str) -> dict[str, str]:
    record = f"/v1/drugs/{drug_id}"
    return {"self": record} | {name: f"{record}/{name}" for name in ("labels", "products", *KINDS)}
