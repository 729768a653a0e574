"""Drugs: the list, and the record with all its facts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query
from pydantic import Field, create_model
from sqlmodel import Session, col

from app.api.facts import (
    LIST_ERRORS,
    RECORD_ERRORS,
    CoverageRecord,
    DrugId,
    coverage_of,
    kinds,
    unknown_drug,
)
from app.api.records import Row, fields_of, records
from app.api.releases import ServedRelease
from app.database import ReadSession, table_of
from app.http.pages import Listing, Paging, page_of
from app.http.parameters import Text
from app.models.base import Shape
from app.models.drug import Drug, DrugClass, DrugIdentifier, DrugName, IdentifierSystem, folded
from app.models.fact import Fact
from app.models.indication import Indication, IndicationStatus

router = APIRouter(tags=["Drugs"])

KINDS = kinds()
KIND_NAMES = ", ".join(f"`{name}`" for name in KINDS)

DRUGS = Listing(
    rows=sa.select(*table_of(Drug).c),
    filters={
        "q": sa.exists().where(
            col(DrugName.drug_id) == col(Drug.id),
            col(DrugName.folded_name).contains(sa.bindparam("q"), autoescape=False, escape="\\"),
        ),
        "class_": sa.exists().where(
            col(DrugClass.drug_id) == col(Drug.id), col(DrugClass.id) == sa.bindparam("class_")
        ),
        "condition": sa.exists().where(
            col(Fact.drug_id) == col(Drug.id),
            col(Fact.id) == col(Indication.id),
            col(Indication.condition_id) == sa.bindparam("condition"),
            # A finding against is no match: the drug is of no use for that condition.
            col(Indication.status) != IndicationStatus.NOT_EFFECTIVE,
        ),
        "identifier": sa.exists().where(
            col(DrugIdentifier.drug_id) == col(Drug.id),
            col(DrugIdentifier.system) == sa.bindparam("system"),
            col(DrugIdentifier.value) == sa.bindparam("identifier"),
        ),
    },
    orders={"name": (col(Drug.folded_name), col(Drug.id)), "id": (col(Drug.id),)},
)


class Links(Shape):
    """Where the drug's record and its facts are."""

    self: str = Field(description="The record's path.", examples=["/v1/drugs/baclofen"])


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

DrugRecord = create_model(
    "Drug",
    __base__=Shape,
    __doc__="A drug: its names, identifiers, classes, approvals, and how many facts there are.",
    **fields_of(Drug),
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
                | {name: f"/v1/drugs/baclofen/{name}" for name in KINDS}
            ],
        ),
    ),
)

DrugWithFacts = _for_each_kind(
    "DrugWithFacts",
    "A drug with the facts that `include` asked for; those it did not are left out.",
    lambda kind: (
        list.__class_getitem__(KINDS[kind].record),
        Field(
            default_factory=list,
            description=f"Its {kind}, where `include` asked for them; otherwise left out.",
            examples=[[]],
        ),
    ),
    base=DrugRecord,
)
DrugWithFacts.model_config["json_schema_serialization_defaults_required"] = False
DrugWithFacts.model_rebuild(force=True)


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
    session: ReadSession,
    release: ServedRelease,
    page: Paging,
    filters: Annotated[Filters, Depends()],
    sort: Annotated[
        Literal["name", "-name", "id", "-id"],
        Query(
            description="The order: by name or by id; with `-`, backwards.",
            examples=["name"],
        ),
    ] = "name",
) -> Any:
    """Every drug there is, or those that a name, class, condition or identifier leaves."""
    rows, total, following = DRUGS.page_of(session, release["id"], page, filters.bound(), sort)
    return {"items": drug_records(session, rows), "total": total, "next": following}


@router.get(
    "/drugs/{drug_id}",
    response_model=DrugWithFacts,
    response_model_exclude_unset=True,
    responses=RECORD_ERRORS,
)
def get_drug(
    session: ReadSession,
    release: ServedRelease,
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
) -> Any:
    """A drug's record; with `include`, all its facts in the same call."""
    rows = session.execute(DRUG_OF, {"id": drug_id}).mappings()
    found = drug_records(session, [dict(row) for row in rows])
    if not found:
        raise unknown_drug(drug_id)
    drug = found[0]
    asked = (include or "").split(",")
    for name, kind in KINDS.items():
        if name in asked or "all" in asked:
            drug[name] = kind.all_of_drug(session, drug_id)
    return drug


DRUG_OF = sa.select(*table_of(Drug).c).where(col(Drug.id) == sa.bindparam("id"))

COUNTS_OF = (
    sa.select(col(Fact.drug_id), col(Fact.kind), sa.func.count().label("facts"))
    .where(col(Fact.drug_id).in_(sa.bindparam("ids", expanding=True)))
    .group_by(col(Fact.drug_id), col(Fact.kind))
)


def drug_records(session: Session, rows: list[Row]) -> list[Row]:
    """Drugs as they are served, in a number of queries that does not grow with theirs."""
    ids = [row["id"] for row in rows]
    coverage = coverage_of(session, ids)
    counts = {id_: dict.fromkeys(KINDS, 0) for id_ in ids}
    for drug_id, kind, facts in session.execute(COUNTS_OF, {"ids": ids}):
        counts[drug_id][kind] = facts
    return [
        drug
        | {
            "counts": counts[drug["id"]],
            "coverage": coverage[drug["id"]],
            "links": _links(drug["id"]),
        }
        for drug in records(session, Drug, rows)
    ]


def _links(drug_id: str) -> dict[str, str]:
    record = f"/v1/drugs/{drug_id}"
    return {"self": record} | {name: f"{record}/{name}" for name in KINDS}
