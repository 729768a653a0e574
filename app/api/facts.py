"""The routes of a kind of fact: its lists, of one drug and across drugs, and each by its id."""

from collections.abc import Mapping
from dataclasses import field, make_dataclass, replace
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Path, Query
from pydantic import Field, create_model
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.api.lists import DRUG_ASKED, Listing
from app.api.read_session import ReadSession, resource
from app.documents.fact_records import (
    WORDINGS,
    CoverageRecord,
    fact_record,
    fact_with_wordings,
    wording_of,
)
from app.documents.trial_events import ADVERSE_EVENTS, TERMS
from app.http.pages import PageParams, page_of
from app.http.parameters import Flag, Text
from app.http.problems import (
    BadParameterError,
    ReleaseChangedError,
    UnknownIdError,
    documented,
)
from app.http.routing import Router
from app.http.sparse_fields import fields_of_record
from app.models.base import table_of
from app.models.drug import DrugIngredient
from app.models.fact import Detail, Fact
from app.models.trial import Trial

DrugId = Annotated[
    Text,
    Path(
        description="The drug's id, as `/v1/drugs` lists it, or that of a form of it: the answer "
        "is the drug's then, and `Content-Location` names its path. Ids are never guessed at.",
        examples=["baclofen"],
    ),
]

FactId = Annotated[
    Text,
    Path(
        description="The fact's id.",
        examples=["baclofen-warning-withdrawal"],
    ),
]

DrugFilter = Annotated[
    Text | None,
    Query(
        description="Only those of this drug, by its id. An unknown drug is a 404, for an empty "
        "list would read as if nothing were known of it.",
        examples=["baclofen"],
    ),
]

FormFilter = Annotated[
    Text | None,
    Query(
        description="Only those of this form of the drug, by its id among the record's `forms`: a "
        "salt, an ester, a hydrate. An unknown form is a 404.",
        examples=["candesartan-cilexetil"],
    ),
]

Combinations = Annotated[
    Flag | None,
    Query(
        description="`true`: also those of the combinations that the drug is an ingredient of, "
        "each with its `drug`.",
        examples=[True],
    ),
]

FactSort = Annotated[
    Literal["id", "-id"],
    Query(
        description="The order, by id: `-id` is backwards.",
        examples=["id"],
    ),
]

FactOfDrugSort = Annotated[
    Literal["importance", "-importance", "id", "-id"],
    Query(
        description="The order. By `importance`, what matters stands first: boxed warnings, "
        "contraindications, warnings, interactions, populations, adverse reactions, overdosage; "
        "how the drug is given before its dose forms and strengths. Within each, what a person "
        "wrote comes first, then what labels say in the order of a label, and at its end what "
        "fewer than a tenth of the drug's labels say. With `-` it is backwards.",
        examples=["importance"],
    ),
]


def include_one_of(description: str, *values: str) -> Any:
    """The parameter `include` of a record, which is one of these values."""
    lengths = [len(value) for value in values]
    one = "|".join(values)
    asked = Query(
        description=description,
        examples=[values[-1]],
        min_length=min(lengths),
        max_length=max(lengths),
        pattern=f"^({one})$" if len(values) > 1 else f"^{one}$",
    )
    return Annotated[Text | None, asked]


IncludedInFact = include_one_of(
    "`wordings`: each wording in which labels state it, with the labels that have it.", WORDINGS
)
IncludedInTrial = include_one_of(
    "`adverse_events`: the adverse events by term, as `serious_events` and `other_events`. "
    "`wordings` are of labels, and trials have none.",
    WORDINGS,
    ADVERSE_EVENTS,
)

LIST_ERRORS = documented(UnknownIdError, BadParameterError, ReleaseChangedError)
RECORD_ERRORS = documented(UnknownIdError, BadParameterError)


def facts_listed(table: type[Detail], narrowed: Mapping[str, sa.ColumnElement[bool]]) -> Listing:
    """What the lists of a kind of fact can be narrowed by: the drug, and these columns.

    Each is compared with a bound parameter of its filter's name.
    """
    id_ = table_of(table).c.id
    filters = {"drug": id_.in_(sa.select(col(Fact.id)).where(*_is_of_drug(table))), **narrowed}
    return Listing(kind=table.kind_name, id=id_, filters=filters, orders={"id": (id_,)})


def listed_of_drug(table: type[Detail], listing: Listing) -> Listing:
    """The same of one drug's facts, which have an order of their own."""
    id_, of_table = col(Fact.id), table_of(table).c.id
    filters: dict[str, sa.ColumnElement[bool]] = {
        name: id_.in_(sa.select(of_table).where(narrowed))
        for name, narrowed in listing.filters.items()
    }
    filters["drug"] = sa.and_(*_is_of_drug(table))
    filters["form"] = col(Fact.form_id) == sa.bindparam("form")
    orders = {"importance": (col(Fact.rank), id_), "id": (id_,)}
    return Listing(kind=table.kind_name, id=id_, filters=filters, orders=orders)


def _is_of_drug(table: type[Detail]) -> tuple[sa.ColumnElement[bool], ...]:
    return col(Fact.drug_id) == DRUG_ASKED, col(Fact.kind) == table.kind_name


def with_combinations(of_drug: Listing) -> Listing:
    """The same with the facts of the combinations that the drug is an ingredient of."""
    made_of = sa.select(col(DrugIngredient.drug_id)).where(col(DrugIngredient.drug) == DRUG_ASKED)
    is_of_any = col(Fact.drug_id).in_(sa.union_all(made_of, sa.select(DRUG_ASKED)))
    is_kind = col(Fact.kind) == of_drug.kind
    # What is counted is asked for by a name of its own, so that no cursor leads from one to other.
    filters = {**of_drug.filters, "drug": sa.and_(is_of_any, is_kind), "combinations": sa.true()}
    return replace(of_drug, filters=filters)


def fact_routes(
    table: type[Detail],
    listing: Listing,
    filters: type,
    *,
    of_drug: str,
    across_drugs: str,
    one: str,
    name_of_one: str = "",
) -> Router:
    """The three routes of a kind of fact.

    `filters` is a dataclass of the parameters that narrow both its lists. The sentences describe
    the list of a drug's facts, the list across drugs, and one fact.
    """
    kind, record = table.kind_name, fact_record(table)
    of_one_drug = listed_of_drug(table, listing)
    of_drug_and_combinations = with_combinations(of_one_drug)
    page_across = page_of(record)
    record_fields = fields_of_record(record)
    item_fields = fields_of_record(record, "each item's fields")
    included: Any = IncludedInTrial if table is Trial else IncludedInFact
    filters_across: Any = make_dataclass(
        "FiltersAcross", [("drug", DrugFilter, field(default=None))], bases=(filters,)
    )
    router = resource(kind.title())

    @router.get(
        f"/drugs/{{drug_id}}/{kind}",
        name=f"list_{kind}_of_drug",
        description=of_drug,
        response_model=_page_of_drug(table, page_across),
        responses=LIST_ERRORS,
    )
    def list_of_drug(
        session: ReadSession,
        drug_id: DrugId,
        page: PageParams,
        narrowed: filters,  # type: ignore[valid-type] # each kind's own
        form: FormFilter = None,
        combinations: Combinations = None,
        sort: FactOfDrugSort = "importance",
        fields: item_fields = None,  # type: ignore[valid-type] # each kind's own
    ) -> bytes:
        asked = vars(narrowed) | {"drug": drug_id, "form": form}
        listed = of_one_drug
        if combinations:
            listed, asked["combinations"] = of_drug_and_combinations, "true"
        return listed.page_of(session, page, asked, sort, coverage_of=kind, fields=fields)

    @router.get(
        f"/{kind}",
        name=f"list_{kind}",
        description=across_drugs,
        response_model=page_across,
        responses=LIST_ERRORS,
    )
    def list_across(
        session: ReadSession,
        page: PageParams,
        narrowed: filters_across,
        sort: FactSort = "id",
        fields: item_fields = None,  # type: ignore[valid-type] # each kind's own
    ) -> bytes:
        return listing.page_of(session, page, vars(narrowed), sort, fields=fields)

    @router.get(
        f"/{kind}/{{fact_id}}",
        name=f"get_{name_of_one or table.singular}",
        description=one,
        response_model=fact_with_wordings(table),
        responses=RECORD_ERRORS,
    )
    def get(
        session: ReadSession,
        fact_id: FactId,
        include: included = None,
        fields: record_fields = None,  # type: ignore[valid-type] # each kind's own
    ) -> bytes:
        found = session.document(kind, fact_id)
        if found is None:
            raise UnknownIdError(
                f"There is no {table.singular} '{fact_id}'. /v1/{kind} lists those there are."
            )
        record = session.record(found, fields)
        if include == ADVERSE_EVENTS:
            return _with_events(session, fact_id, record)
        return record if include is None else _with_wordings(session, fact_id, found, record)

    return router


def _with_wordings(session: ReadSession, fact_id: str, fact: bytes, record: bytes) -> bytes:
    """A fact's record, in which its wordings stand last."""
    stored = session.document(WORDINGS, fact_id)
    if stored is None:  # as the one label has it, or no label
        said = from_json(fact)
        of_labels = wording_of(said) | {"labels": said["citations"]}
        stored = to_json({"wordings": [of_labels] if said["labels"] else []})
    return b"%b,%b" % (record[:-1], stored[1:])


def _with_events(session: ReadSession, trial_id: str, record: bytes) -> bytes:
    """A trial's record, in which its adverse events by term stand last."""
    stored = session.document(ADVERSE_EVENTS, trial_id)
    return b"%b,%b" % (record[:-1], (stored or to_json(dict.fromkeys(TERMS, ())))[1:])


def _page_of_drug(table: type[Detail], page: type[Any]) -> Any:
    """A page of one drug's facts, with how far the sources were searched for them."""
    coverage = Field(
        description="How far the sources were searched: an empty list alone never means that "
        "nothing is known.",
        examples=[{"status": "partial", "as_of": "2026-11-23", "sources": []}],
    )
    return create_model(
        f"{table.__name__}PageOfDrug",
        __base__=page,
        __doc__=f"One page of a drug's {table.kind_name}, and how far they were searched for.",
        coverage=(CoverageRecord, coverage),
    )
