"""The pages: what is loaded and found, a drug, a label, a trial, and what labels say of drugs."""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query
from pydantic_core import from_json
from starlette.responses import Response

from app.api.drugs import DrugFilters, get_drug, list_drugs
from app.api.facts import DrugId, FactId, facts_listed, listed_of_drug
from app.api.interactions import NOTICE, list_interactions
from app.api.labels import LABELS_OF_DRUG, TEXT, LabelFilters, SetId, get_label, list_labels_of_drug
from app.api.lists import Listing
from app.api.products import ProductFilters, list_products_of_drug
from app.api.read_session import ReadSession
from app.api.releases import current_release
from app.api.sources import SOURCES
from app.http.pages import PageParams
from app.http.parameters import SOMETHING
from app.http.problems import BadParameterError, NotFoundError, UnknownIdError
from app.http.routing import Router
from app.models.base import Row
from app.models.fact import fact_kinds
from app.pages import drug_view, label_view, trial_view
from app.pages.templating import FOLDER, PageRoute, page

BROWSE = "/browse"

router = Router("Pages", "", PageRoute)

ASSETS = {"pages.css": "text/css", "pages.js": "text/javascript"}

EXAMPLES = ("baclofen", "warfarin", "apixaban")
"""Drugs that the first page points at, where they are there."""

BRIEF = "id,effective_date,manufacturers,brand_names"
"""What a list of labels tells of each."""


@router.get(BROWSE, include_in_schema=False)
def browse(
    session: ReadSession,
    params: PageParams,
    q: Annotated[str | None, Query(min_length=1, max_length=200, pattern=SOMETHING)] = None,
) -> bytes:
    """What is loaded; with `q`, the drugs that it may be a name of."""
    found: Row | None = None
    if q is not None:
        found = from_json(list_drugs(session, params, DrugFilters(q=q)))
    sources = from_json(SOURCES.page_of(session, PageParams(limit=100), {}, "id"))["items"]
    return page(
        session,
        "browse.html",
        canonical=BROWSE,
        q=q,
        found=found,
        current=from_json(current_release(session)),
        sources=sources,
        examples=list(session.records(["drugs"], list(EXAMPLES)).values()),
    )


@router.get(f"{BROWSE}/drugs/{{drug_id}}", include_in_schema=False)
def drug_page(session: ReadSession, drug_id: DrugId) -> bytes:
    """A drug at a glance, with all its facts."""
    drug = from_json(get_drug(session, drug_id, include="all"))
    products = from_json(
        list_products_of_drug(session, drug["id"], PageParams(limit=12), ProductFilters())
    )
    used, against = drug_view.uses(drug["indications"])
    return page(
        session,
        "drug.html",
        canonical=f"{BROWSE}/drugs/{drug['id']}",
        data=drug_view.linked_data(drug),
        drug=drug,
        missing={each["kind"]: each for each in drug.get("left_out", ())},
        kinds=drug_view.KINDS,
        products=products,
        labels=len(session.found(LABELS_OF_DRUG.ids(frozenset(("drug",))), drug=drug["id"])),
        uses=used,
        against=against,
        warnings=drug_view.warnings_by_heading(drug["warnings"]),
        affinities=drug_view.affinities(drug["mechanisms"]),
        approvals=drug_view.approvals(drug["approvals"]),
    )


Kind = Annotated[str, Path(pattern="^[a-z]{1,40}$")]


@cache
def _of_drug(kind: str) -> Listing:
    table = fact_kinds()[kind]
    return listed_of_drug(table, facts_listed(table, {}))


@router.get(f"{BROWSE}/drugs/{{drug_id}}/{{kind}}", include_in_schema=False)
def list_page(session: ReadSession, drug_id: DrugId, kind: Kind, params: PageParams) -> bytes:
    """A page of all facts of a kind, of the labels or of the products of a drug."""
    if kind == "labels":
        listed = list_labels_of_drug(session, drug_id, params, LabelFilters(), fields=BRIEF)
    elif kind == "products":
        listed = list_products_of_drug(session, drug_id, params, ProductFilters())
    elif kind not in fact_kinds():
        raise NotFoundError(f"A drug has no page of '{kind}'.")
    else:
        of = {"drug": drug_id}
        listed = _of_drug(kind).page_of(session, params, of, "importance", coverage_of=kind)
    drug = from_json(get_drug(session, drug_id))
    return page(
        session,
        "list.html",
        canonical=f"{BROWSE}/drugs/{drug['id']}/{kind}",
        json=f"/v1/drugs/{drug['id']}/{kind}",
        kind=kind,
        drug=drug,
        listed=from_json(listed),
    )


@router.get(f"{BROWSE}/labels/{{set_id}}", include_in_schema=False)
def label_page(session: ReadSession, set_id: SetId) -> bytes:
    """A label, section by section."""
    label = from_json(get_label(session, set_id, include=TEXT))
    return page(
        session,
        "label.html",
        canonical=f"{BROWSE}/labels/{label['id']}",
        label=label,
        called=", ".join(label["brand_names"]) or _drug_named(label),
        sections=label_view.sections(label),
    )


def _drug_named(label: Row) -> str:
    """What a label without a brand is of: it may be of no drug that is known here."""
    if label["drug"]:
        name: str = label["drug"]["name"]
        return name
    return ", ".join(label["generic_names"] or label["substances"]) or str(label["id"])


@router.get(f"{BROWSE}/trials/{{fact_id}}", include_in_schema=False)
def trial_page(session: ReadSession, fact_id: FactId) -> bytes:
    """A trial: its design, and what each outcome came to."""
    body = session.document("trials", fact_id)
    if body is None:
        raise UnknownIdError(f"There is no trial '{fact_id[:100]}' here.")
    trial = from_json(body)
    arms = {each["id"]: each["label"] for each in (*trial["arms"], *trial["groups"])}
    outcomes = [
        (outcome, trial_view.bars(outcome, arms), trial_view.forests(outcome))
        for outcome in trial["outcomes"]
    ]
    return page(
        session,
        "trial.html",
        canonical=f"{BROWSE}/trials/{trial['id']}",
        data=trial_view.linked_data(trial),
        trial=trial,
        arms=arms,
        outcomes=outcomes,
        view=trial_view,
    )


@router.get(f"{BROWSE}/interactions", include_in_schema=False)
def interactions_page(
    session: ReadSession,
    drugs: Annotated[str, Query(max_length=4_000, pattern="^[^\\x00-\\x1f\\x7f-\\x9f]*$")] = "",
) -> bytes:
    """What the labels of up to 25 drugs say of each other."""
    answer: dict[str, Any] | None = None
    problem = None
    if drugs.strip(" ,"):
        try:
            answer = from_json(list_interactions(session, drugs))
        except BadParameterError as error:
            problem = str(error).removeprefix("drugs: ")
    current_release(session)
    return page(
        session,
        "interactions.html",
        canonical=f"{BROWSE}/interactions",
        drugs=drugs,
        answer=answer,
        problem=problem,
        notice=NOTICE,
    )


def add_assets(api: FastAPI) -> None:
    """Serve the style sheet and the script."""
    for name, media_type in ASSETS.items():
        answer = _asset((FOLDER / "assets" / name).read_text("utf-8"), media_type)
        api.add_api_route(f"{BROWSE}/{name}", answer, include_in_schema=False)


def _asset(content: str, media_type: str) -> Callable[[], Response]:
    return lambda: Response(content, media_type=media_type)
