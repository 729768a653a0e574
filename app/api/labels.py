"""Labels: whose, of what day, under which application, and the facts that their sections became."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Path, Query
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.api.facts import LIST_ERRORS, RECORD_ERRORS, DrugFilter, DrugId, include_one_of
from app.api.lists import DRUG_ASKED, Listing
from app.api.read_session import ReadSession, resource, with_release
from app.documents.checksums import CorruptDocumentError
from app.documents.compression import CorruptTextError, decompress
from app.documents.label_records import LabelRecord, is_of_label, with_text
from app.http.pages import PageParams, page_of
from app.http.parameters import Text
from app.http.problems import UnknownIdError
from app.http.sparse_fields import fields_of_record
from app.models.base import KEY, Row
from app.models.label import Label, LabelField, LabelTerm, term_of
from app.models.source_record import RecordStatement, SourceStatement
from app.names.product_numbers import written_forms
from app.search.query import one_of

router = resource("Labels")

LabelPage = page_of(LabelRecord)
RecordFields = fields_of_record(LabelRecord)
ItemFields = fields_of_record(LabelRecord, "each item's fields")


def _having(asked: LabelField, *fields: LabelField) -> sa.ColumnElement[bool]:
    """That a label has a value in a field, or in others, in whatever way that may be written."""
    having = sa.select(col(LabelTerm.label_id)).where(
        sa.or_(*(col(LabelTerm.field) == field for field in (asked, *fields))),
        one_of(col(LabelTerm.value), asked.value),
    )
    return col(Label.id).in_(having)


LABELS = Listing(
    kind="labels",
    id=col(Label.id),
    filters={
        **{field.value: _having(field) for field in LabelField},
        LabelField.NDC.value: _having(LabelField.NDC, LabelField.OTHER_NDC),
        "drug": col(Label.drug_id) == DRUG_ASKED,
    },
    orders={
        "id": (col(Label.id),),
        "effective_date": (col(Label.effective_date), col(Label.id)),
    },
)
LABELS_OF_DRUG = Listing(
    kind="labels",
    id=col(Label.id),
    filters=LABELS.filters,
    orders={"effective_date": LABELS.orders["effective_date"], "id": LABELS.orders["id"]},
)

SetId = Annotated[
    Text,
    Path(
        description="The label's SPL set id, whatever its case.",
        examples=["f133fe04-1550-4fa4-9dc4-652c27936bf2"],
    ),
]

LabelSort = Annotated[
    Literal["id", "-id", "effective_date", "-effective_date"],
    Query(
        description="The order: by set id, or by the day from which the label is in effect; with "
        "`-`, backwards.",
        examples=["-effective_date"],
    ),
]


@dataclass
class LabelFilters:
    """What labels can be narrowed by."""

    manufacturer: Annotated[
        Text | None,
        Query(
            description="Only labels of this manufacturer: its whole name, whatever its case.",
            examples=["Schwarz Pharma"],
        ),
    ] = None
    route: Annotated[
        Text | None,
        Query(
            description="Only labels of products with this route of administration, whatever its "
            "case.",
            examples=["ORAL"],
        ),
    ] = None
    application_number: Annotated[
        Text | None,
        Query(
            description="Only labels of products under this application or monograph, whatever its "
            "case; an application's number may lack its type.",
            examples=["ANDA077241"],
        ),
    ] = None
    ndc: Annotated[
        Text | None,
        Query(
            description="Only labels of the product or package with this National Drug Code, in "
            "any of its layouts, with dashes or without. Without dashes ten digits can be three "
            "codes, and a product's eight can be two; labels of each are listed.",
            examples=["0091-3351-01"],
        ),
    ] = None
    product_type: Annotated[
        Text | None,
        Query(
            description="Only labels of this type of product, whatever its case.",
            examples=["HUMAN PRESCRIPTION DRUG"],
        ),
    ] = None

    def bound(self) -> dict[str, Any]:
        """What each filter that was given is bound to."""
        return {
            name: list(dict.fromkeys(map(term_of, written_forms(name, value))))
            for name, value in vars(self).items()
            if value is not None
        }


@router.get(
    "/labels",
    response_model=LabelPage,
    responses=LIST_ERRORS,
)
def list_labels(
    session: ReadSession,
    page: PageParams,
    filters: LabelFilters,
    drug: DrugFilter = None,
    sort: LabelSort = "id",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The labels that were read, each in its newest version; also those of no drug known here."""
    asked = {**filters.bound(), "drug": drug}
    return LABELS.page_of(session, page, asked, sort, fields=fields)


@router.get("/drugs/{drug_id}/labels", response_model=LabelPage, responses=LIST_ERRORS)
def list_labels_of_drug(
    session: ReadSession,
    drug_id: DrugId,
    page: PageParams,
    filters: LabelFilters,
    sort: LabelSort = "-effective_date",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The labels of a drug, the newest first; those of its combinations are the combinations'."""
    asked = {**filters.bound(), "drug": drug_id}
    return LABELS_OF_DRUG.page_of(session, page, asked, sort, fields=fields)


TEXT = "text"

IncludedInLabel = include_one_of(
    "`text`: what each section says, in this label's own words, also where it became facts. Some "
    "labels then have over 500,000 bytes.",
    TEXT,
)


@router.get("/labels/{set_id}", response_model=LabelRecord, responses=RECORD_ERRORS)
def get_label(
    session: ReadSession,
    set_id: SetId,
    include: IncludedInLabel = None,  # type: ignore[valid-type] # a function makes it
    fields: RecordFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """One label, by its SPL set id: whose it is, and its sections with the facts they became."""
    found = session.document("labels", set_id.lower())
    if found is None:
        raise UnknownIdError(f"There is no label '{set_id}'. /v1/labels lists those there are.")
    if include is not None:
        label = from_json(found)
        statements = _statements(session, label)
        if not is_of_label(label, statements):
            raise _other_text(label)
        found = to_json(with_text(label, statements))
    return session.record(found, fields)


def _other_text(label: Row) -> CorruptDocumentError:
    """The error for a label whose source does not say what it was made of."""
    return CorruptDocumentError(f"the text of the label '{label['id']}' is not what it was made of")


def _statements(session: ReadSession, label: Row) -> list[Row]:
    """What a label says, section by section, as its source has it."""
    source = label["citations"][0]["source"]["id"]
    rows = session.found(STATEMENTS, source=source, label=label["id"])
    try:
        return [from_json(decompress(body)) for (body,) in rows]
    except (CorruptTextError, ValueError) as error:
        raise _other_text(label) from error


_statements_of = (
    sa.select(col(SourceStatement.body), col(RecordStatement.position))
    .join_from(
        RecordStatement,
        SourceStatement,
        col(SourceStatement.digest) == col(RecordStatement.digest),
    )
    .where(
        col(RecordStatement.source_id) == sa.bindparam("source", type_=KEY),
        col(RecordStatement.record_id) == sa.bindparam("label", type_=KEY),
    )
    .subquery("statements")
)
STATEMENTS = with_release(_statements_of, _statements_of.c.body, order=(_statements_of.c.position,))
