"""Discrepancies: where sources disagree."""

from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlmodel import col

from app.api.facts import (
    LIST_ERRORS,
    RECORD_ERRORS,
    DrugFilter,
    DrugId,
    FactId,
    FactKind,
    FactSort,
)
from app.api.records import Row, complete_with, serve_also
from app.api.releases import ServedRelease
from app.database import ReadSession
from app.http.pages import Paging
from app.http.parameters import Text
from app.models.base import Shape
from app.models.discrepancy import Discrepancy


class Subject(Shape):
    """What the sources disagree about."""

    fact: str = Field(
        description="The fact's id.", examples=["baclofen-trial-alcohol-cirrhosis-registry"]
    )
    field: str = Field(
        description="The field of that fact: a JSON Pointer (RFC 6901).",
        examples=["/enrollment/count"],
    )


def _name_subject(record: Row, row: Row) -> None:
    record["subject"] = {"fact": row["subject_id"], "field": row["field"]}


SUBJECT = Field(
    description="What the sources disagree about.",
    examples=[{"fact": "baclofen-trial-alcohol-cirrhosis-registry", "field": "/enrollment/count"}],
)
serve_also(Discrepancy, {"subject": (Subject, SUBJECT)})
complete_with(Discrepancy, _name_subject)

router = APIRouter(tags=["Discrepancies"])

KIND = FactKind(
    Discrepancy,
    filters={
        "subject": col(Discrepancy.subject_id) == sa.bindparam("subject"),
    },
)


@dataclass
class Filters:
    """What discrepancies can be narrowed by."""

    subject: Annotated[
        Text | None,
        Query(
            description="Only those about this fact, by its id.",
            examples=["baclofen-trial-alcohol-cirrhosis-registry"],
        ),
    ] = None


@dataclass
class FiltersAcross(Filters):
    """The same, and the drug."""

    drug: DrugFilter = None


@router.get(
    "/drugs/{drug_id}/discrepancies", response_model=KIND.page_of_drug, responses=LIST_ERRORS
)
def list_discrepancies_of_drug(
    session: ReadSession,
    release: ServedRelease,
    drug_id: DrugId,
    page: Paging,
    filters: Annotated[Filters, Depends()],
    sort: FactSort = "id",
) -> Any:
    """Where the sources disagree about this drug: every value, and on whose word."""
    return KIND.list_of_drug(session, release, drug_id, page, sort, filters)


@router.get("/discrepancies", response_model=KIND.page, responses=LIST_ERRORS)
def list_discrepancies(
    session: ReadSession,
    release: ServedRelease,
    page: Paging,
    filters: Annotated[FiltersAcross, Depends()],
    sort: FactSort = "id",
) -> Any:
    """Where sources disagree, about every drug; filter by the fact in question."""
    return KIND.list_across(session, release, page, sort, filters)


@router.get("/discrepancies/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_discrepancy(session: ReadSession, release: ServedRelease, fact_id: FactId) -> Any:
    """One discrepancy, by its id."""
    return KIND.get(session, fact_id)
