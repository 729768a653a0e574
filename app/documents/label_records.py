"""Labels as they are served: what a label says of itself, and its sections in its own order."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, create_model

from app.documents.records import CITATIONS, CitationRecord, Link, Passage, RecordLinks, fields_of
from app.models.base import PartialDate, Row, Shape
from app.models.fact import PUBLISHED_CODE
from app.models.label import LabelFields, number_and_day
from app.models.label_product import LabelProduct
from app.models.label_table import LabelTable, tables
from app.models.label_text import (
    CrossReference,
    LabelFact,
    TextBlock,
    blocks,
    cross_references,
    summary,
)
from app.models.product import Concept
from app.names.product_numbers import eleven_digits

OF_ITS_OWN = (
    ". Without `include=text` they are there where it became no fact, and, of this label's own "
    "text, where the fact that it became is in the words of another label"
)


class LabelSection(Shape):
    """A section of a label, or a passage of one."""

    code: str = Field(description="The section's LOINC code.", examples=["34070-3"])
    name: str = Field(description="The section's name.", examples=["Contraindications"])
    published_code: str | None = Field(description=PUBLISHED_CODE, examples=[None])
    number: str | None = Field(
        description="Its number in the label; null where it has none, or it is not known.",
        examples=[None],
    )
    heading: str | None = Field(
        description="Its heading in the label; null where the text does not delimit one.",
        examples=[None],
    )
    text: str | None = Field(
        description="Its text, where it became no fact; with `include=text` also where it did. "
        "Null where the sections after it say all of it, and of leaflets for patients, pictures of "
        "packages and what has no section of its own: `url` opens these.",
        examples=[None],
    )
    summary: str | None = summary()
    within: list[str] = Field(
        description="The headings of the sections that it stands in, as printed, the outermost "
        "first; empty where the source does not give them.",
        examples=[[]],
    )
    blocks: list[TextBlock] | None = blocks("text", OF_ITS_OWN)
    tables: list[LabelTable] = tables("the text, where that stands here")
    cross_references: list[CrossReference] = cross_references("text", OF_ITS_OWN)
    facts: list[LabelFact] = Field(
        description="The facts that it became.",
        examples=[[{"kind": "warnings", "id": "baclofen-warning-5d0fbf2a9f71"}]],
    )


class RxNormProductLinks(Shape):
    """Where a product's record is."""

    self: str = Field(description="The record's path.", examples=["/v1/products/197391"])


class RxNormProduct(Concept):
    """A product of RxNorm."""

    links: RxNormProductLinks = Field(
        description="Where its record is.", examples=[{"self": "/v1/products/197391"}]
    )


class ProductOfLabel(LabelProduct):
    """A product of a label, with what RxNorm calls it."""

    rxnorm_products: list[RxNormProduct] = Field(
        description="The products of RxNorm that are of the same drug and have an NDC of one of "
        "its packages.",
        examples=[[]],
    )


class SupersededVersion(Shape):
    """An earlier version of a label."""

    version: int = Field(description="Its version, as the publisher numbers them.", examples=[4])
    effective_date: PartialDate | None = Field(
        description="The day from which it was in effect; null where that is not known.",
        examples=["2005-03-11"],
    )


LabelRecord = create_model(
    "Label",
    __base__=Shape,
    __doc__="A drug's label: its version, whose it is, and its sections in its own order.",
    id=(
        str,
        Field(
            description="The label's SPL set id, which all its versions share.",
            examples=["f133fe04-1550-4fa4-9dc4-652c27936bf2"],
        ),
    ),
    drug=(
        Link | None,
        Field(
            description="The drug it is of; null where that is not known.",
            examples=[{"id": "baclofen", "name": "baclofen"}],
        ),
    ),
    **fields_of(LabelFields)
    | {
        "products": (list[ProductOfLabel] | None, LabelFields.model_fields["products"]),
    },
    superseded=(
        list[SupersededVersion],
        Field(
            description="The earlier versions of it that were read here, the newest first: not its "
            "whole history, and none where no earlier one was read.",
            examples=[[{"version": 4, "effective_date": "2005-03-11"}]],
        ),
    ),
    sections=(
        list[LabelSection],
        Field(
            description="Its sections in the label's order. A section of several passages stands "
            "here once for each.",
            examples=[[]],
        ),
    ),
    url=(
        str,
        Field(
            description="Where a person can read it.",
            examples=[
                "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm"
                "?setid=f133fe04-1550-4fa4-9dc4-652c27936bf2"
            ],
        ),
    ),
    citations=(list[CitationRecord], CITATIONS),
)

OWN_FIELDS = tuple(LabelFields.model_fields)


def label_as_served(
    links: RecordLinks,
    record_id: str,
    source_id: str,
    said: Row,
    drug: Row | None,
    versions: Iterable[str],
    sections: Any,
    by_ndc: Mapping[str, list[Row]],
) -> Row:
    """A label, from what its record says, with the drug it is of, its sections, and those of its
    versions that are earlier. `by_ndc` has the drug's products in RxNorm."""
    label = said["label"]
    own = (label["version"], label["effective_date"])
    earlier = sorted({each for each in map(number_and_day, versions) if each < own}, reverse=True)
    citations = links.citations([Passage(source_id, said["locator"])])
    return {
        "id": record_id,
        "drug": drug,
        **{name: label.get(name) for name in OWN_FIELDS},
        "products": _products(label.get("products"), by_ndc),
        "superseded": [
            {"version": number, "effective_date": day or None} for number, day in earlier
        ],
        "sections": sections,
        "url": citations[0]["url"],
        "citations": citations,
    }


def _products(products: list[Row] | None, by_ndc: Mapping[str, list[Row]]) -> list[Row] | None:
    """A label's products with those of RxNorm that have an NDC of theirs."""
    if products is None:
        return None
    served = []
    for product in products:
        found: dict[str, Row] = {}
        packages = list(product["packages"])
        for package in packages:
            packages += package["packages"]
            for called in by_ndc.get(eleven_digits(package["ndc"] or "") or "", ()):
                rxcui = called["rxcui"]
                found[rxcui] = called | {"links": {"self": f"/v1/products/{rxcui}"}}
        in_order = [found[rxcui] for rxcui in sorted(found, key=int)]
        served.append(product | {"rxnorm_products": in_order})
    return served


def section_as_served(section: Row, said: Row, facts: Iterable[tuple[str, str]]) -> Row:
    """A passage of a label: what it says, or the facts that it became, by kind and id."""
    return {
        "code": section["code"],
        "name": section["name"],
        "published_code": section.get("published_code"),
        "number": section.get("number"),
        "heading": section.get("heading"),
        "text": said.get("statement"),
        "summary": said.get("summary"),
        "within": section.get("within", []),
        "blocks": said.get("blocks"),
        "tables": said.get("tables", []),
        "cross_references": said.get("cross_references", []),
        "facts": [{"kind": kind, "id": id_} for kind, id_ in facts],
    }


SECTION = ("code", "name", "published_code", "number", "heading", "within")
"""What a statement of a label says of its section."""


def is_of_label(label: Row, statements: list[Any]) -> bool:
    """Whether statements of a source are those that a label was made of: of each section one, which
    says where it stands."""
    sections = label["sections"]
    return len(statements) == len(sections) and all(
        isinstance(said, dict)
        and isinstance(said.get("section"), dict)
        and (not section["facts"] or isinstance(said.get("statement"), str))
        and all(said["section"].get(name) == section[name] for name in SECTION if section[name])
        for said, section in zip(statements, sections, strict=True)
    )


def with_text(label: Row, statements: Iterable[Row]) -> Row:
    """A label as it is served, with the text of the sections that became facts, of what its source
    says, section by section."""
    sections = label["sections"]
    return label | {
        "sections": [
            section | _own_text(said, sections) if section["facts"] else section
            for section, said in zip(sections, statements, strict=True)
        ]
    }


def _own_text(said: Row, sections: list[Row]) -> Row:
    return {
        "text": said["statement"],
        "blocks": said.get("blocks"),
        "tables": said.get("tables", []),
        "cross_references": [
            reference | {"facts": _facts_at(reference["facts"], sections)}
            for reference in said.get("cross_references", ())
        ],
    }


def _facts_at(places: list[Row], sections: list[Row]) -> list[Row]:
    """The facts that the sections became at which a link points: in what a source says, the id in
    such a link is a place among the label's sections."""
    return [fact for place in places for fact in sections[int(place["id"])]["facts"]]
