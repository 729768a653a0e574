"""Drugs: the list, and the record with all its facts."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import LIST_ERRORS, RECORD_ERRORS, DrugId
from app.api.lists import Listing, unknown_drug
from app.api.reading import Reading, resource, with_release
from app.database import Statement
from app.http.pages import PageParams, page_of
from app.http.parameters import Text
from app.models.document import Document
from app.models.drug import Drug, DrugClass, DrugIdentifier, DrugName, IdentifierSystem, folded
from app.models.fact import Fact, fact_kinds
from app.models.indication import Indication, IndicationStatus
from app.records.drugs import DrugRecord, DrugWithFacts

router = resource("Drugs")

KINDS = fact_kinds()
KIND_NAMES = ", ".join(f"`{name}`" for name in KINDS)


def _with(owner: Any, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That a drug is among the owners of the rows that fulfil these conditions."""
    return col(Drug.id).in_(sa.select(col(owner)).where(*conditions))


DRUGS = Listing(
    kind="drugs",
    id=col(Drug.id),
    filters={
        "q": _with(
            DrugName.drug_id,
            col(DrugName.folded_name).contains(sa.bindparam("q"), autoescape=False, escape="\\"),
        ),
        "class_": _with(DrugClass.drug_id, col(DrugClass.id) == sa.bindparam("class_")),
        "condition": _with(
            Fact.drug_id,
            col(Fact.id) == col(Indication.id),
            col(Indication.condition_id) == sa.bindparam("condition"),
            # A finding against is no match: the drug is of no use for that condition.
            col(Indication.status) != IndicationStatus.NOT_EFFECTIVE,
        ),
        "identifier": _with(
            DrugIdentifier.drug_id,
            col(DrugIdentifier.system) == sa.bindparam("system"),
            col(DrugIdentifier.value) == sa.bindparam("identifier"),
        ),
    },
    orders={"name": (col(Drug.folded_name), col(Drug.id)), "id": (col(Drug.id),)},
)


IDENTIFIER = f"^({'|'.join(IdentifierSystem)}):[^\\x00-\\x1f\\x7f-\\x9f]+$"
SOMETHING = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$"
"""Plain text that is not all blanks."""
SOME_KINDS = f"^(all|{'|'.join(KINDS)})(,(all|{'|'.join(KINDS)}))*$"


@dataclass
class Filters:
    """What drugs can be narrowed by."""

    q: Annotated[
        str | None,
        Query(
            description="Only drugs with a name that begins with or contains this text; case and "
            "accents do not matter.",
            examples=["liores"],
            min_length=1,
            max_length=200,
            pattern=SOMETHING,
        ),
    ] = None
    class_: Annotated[
        Text | None,
        Query(
            alias="class",
            description="Only drugs of this class, by its id.",
            examples=["muscle-relaxant"],
        ),
    ] = None
    condition: Annotated[
        Text | None,
        Query(
            description="Only drugs with an indication for this condition, by its id. A finding "
            "against (`not_effective`) is no match.",
            examples=["muscle-spasticity"],
        ),
    ] = None
    identifier: Annotated[
        str | None,
        Query(
            description="Only the drug with this identifier: its system, a colon, and the value.",
            examples=["unii:H789N3FKE8"],
            min_length=3,
            max_length=200,
            pattern=IDENTIFIER,
        ),
    ] = None

    def bound(self) -> dict[str, Any]:
        """What each filter that was given is bound to."""
        asked: dict[str, Any] = {"class_": self.class_, "condition": self.condition}
        if self.q is not None:
            text = folded(self.q) or self.q  # accents alone are a part of no name
            for special in "\\%_":
                text = text.replace(special, "\\" + special)
            asked["q"] = text
        if self.identifier is not None:
            system, _, value = self.identifier.partition(":")
            asked["identifier"] = {"system": system, "identifier": value}
        return asked


@router.get("/drugs", response_model=page_of(DrugRecord), responses=LIST_ERRORS)
def list_drugs(
    reading: Reading,
    page: PageParams,
    filters: Filters,
    sort: Annotated[
        Literal["name", "-name", "id", "-id"],
        Query(
            description="The order: by name or by id; with `-`, backwards.",
            examples=["name"],
        ),
    ] = "name",
) -> str:
    """Every drug there is, or those that a name, class, condition or identifier leaves."""
    return DRUGS.page_of(reading, page, filters.bound(), sort)


@router.get("/drugs/{drug_id}", response_model=DrugWithFacts, responses=RECORD_ERRORS)
def get_drug(
    reading: Reading,
    drug_id: DrugId,
    include: Annotated[
        str | None,
        Query(
            description=f"The kinds of fact to put into the record, with commas between: some of "
            f"{KIND_NAMES}, or `all`.",
            examples=["indications,warnings"],
            min_length=1,
            max_length=200,
            pattern=SOME_KINDS,
        ),
    ] = None,
) -> str:
    """A drug's record; with `include`, all its facts in the same call."""
    asked = (include or "").split(",")
    included = [kind for kind in KINDS if kind in asked or "all" in asked]
    bodies: dict[str, list[str]] = {kind: [] for kind in ("drugs", *included)}
    for kind, body in reading.rows(documents_of_drug(tuple(bodies)), drug=drug_id):
        if kind is not None:
            bodies[kind].append(body)
    if not bodies["drugs"]:
        raise unknown_drug(drug_id)
    facts = "".join(f',"{kind}":[{",".join(bodies[kind])}]' for kind in included)
    return bodies["drugs"][0].removesuffix("}") + facts + "}"


@cache
def documents_of_drug(kinds: tuple[str, ...]) -> Statement:
    """The drug's own document and those of these kinds about it, by kind and id."""
    documents = (
        sa.select(col(Document.kind), col(Document.id), col(Document.body))
        .where(
            col(Document.drug_id) == sa.bindparam("drug"),
            sa.or_(*(col(Document.kind) == kind for kind in kinds)),
        )
        .subquery("documents")
    )
    order = (documents.c.kind, documents.c.id)
    return with_release(documents, documents.c.kind, documents.c.body, order=order)
