"""The services that an EHR finds and calls, and what they answer. https://cds-hooks.hl7.org/2.0/

Nothing of a request is kept or logged, and `fhirServer` is never called.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple

import sqlalchemy as sa
from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import from_json, to_json
from sqlmodel import col
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.api.interactions import documents_by_ids, labels_read
from app.api.read_session import SERVED, DataRoute, ReadSession, with_release
from app.cds_hooks.cards import LONGEST_SUMMARY, Cards, CardType, quoted
from app.cds_hooks.clients import require_client
from app.cds_hooks.medicines import Medicine, medicines_of, recognise
from app.cds_hooks.pairs import namings
from app.cds_hooks.requests import (
    HookRequest,
    Members,
    PatientContext,
    SearchResult,
    SelectContext,
    SignContext,
)
from app.documents.checksums import STORED, verified
from app.documents.importance import WARNINGS, Group
from app.http.problems import (
    BadParameterError,
    LargeBodyError,
    NotFoundError,
    PrefetchError,
    RequestError,
    UnauthorizedError,
    documented,
)
from app.http.request_metrics import FEEDBACK
from app.http.routing import Router
from app.models.base import KEY, Row, Shape
from app.models.document import Document
from app.models.fact import Fact
from app.models.warning import Severity
from app.search.query import listed, one_of

MOST_MEDICINES = 200
"""Orders that are looked up in one call, those that are new first."""

MOST_DRUGS = 60
"""Drugs that are looked at in one call; what is beyond is said not to be checked."""

SPECIFICATION = "2.0.1"

GROUPS = {
    CardType.BOXED_WARNING: Group.BOXED,
    CardType.CONTRAINDICATION: Group.CONTRAINDICATION,
}
"""The warnings that have cards of their own."""

MEDICATIONS = "MedicationRequest?patient={{context.patientId}}&status=active"


class Service(NamedTuple):
    """A service, by its id, and the hook at which it is called."""

    hook: Literal["order-select", "order-sign", "patient-view"]
    context: type[PatientContext]
    title: str
    description: str


SERVICES = {
    "medfacts-order-select": Service(
        "order-select",
        SelectContext,
        "What labels say of the drug that is ordered",
        "Boxed warnings of the drugs that are selected, and the sentences in which their labels "
        "name a drug that the patient takes, or that drug's labels name them.",
    ),
    "medfacts-order-sign": Service(
        "order-sign",
        SignContext,
        "What labels say against the drugs that are signed",
        "Contraindications as the labels of the ordered drugs state them, and what could not be "
        "checked.",
    ),
    "medfacts-patient-view": Service(
        "patient-view",
        PatientContext,
        "What the labels of a patient's drugs say of each other",
        "The sentences in which labels of the drugs that the patient takes name one another.",
    ),
}

USAGE = (
    "Drugs are recognised by RxNorm, NDC, UNII or ATC codes, or else by their text, and never "
    "guessed. An answer without cards says that in the labels that were read no sentence was "
    "found that names one of these drugs, or a class that a source puts it into, and nothing more: "
    "labels name classes of which no source here says who is of them, and it does not say that the "
    "drugs are safe."
)


class CdsRoute(DataRoute):
    """A route that an EHR calls: what it cannot read is a 400 that says what."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a service that there is, of a client that is known where clients
        have to be."""
        if "service_id" in scope["path_params"]:
            _service(scope["path_params"]["service_id"])
        require_client(scope["app"].state.cds_clients, Headers(scope=scope), self._audience(scope))
        await super().handle(scope, receive, send)

    @staticmethod
    def _audience(scope: Scope) -> str:
        return f"{scope['app'].state.address}{scope['path'].removesuffix('/feedback')}"

    def _read_body(self, body: bytes) -> dict[str, Any]:
        [parameter] = self.dependant.body_params
        try:
            sent = from_json(body)
        except ValueError:
            raise RequestError("The body is not JSON.") from None
        value, faults = parameter.validate(sent, loc=())
        if faults:
            raise RequestError(_fault(faults))
        return {parameter.name: value}


def _fault(faults: Any) -> str:
    """What is wrong with a body: where, and why; not what stands there."""
    first = faults[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}." if where else f"{first['msg']}."


router = Router("CDS Hooks", "/cds-services", CdsRoute)


class CdsService(Shape):
    """A service that can be called."""

    hook: str = Field(description="When to call it.", examples=["order-sign"])
    id: str = Field(description="Where to: `/cds-services/{id}`.", examples=["medfacts-order-sign"])
    title: str = Field(
        description="What to call it.", examples=[SERVICES["medfacts-order-sign"][2]]
    )
    description: str = Field(description="What it answers.", examples=["Contraindications."])
    usageRequirements: str = Field(  # noqa: N815 -- the specification's name
        description="What it needs, and how to read it.", examples=[USAGE]
    )
    prefetch: dict[str, str] = Field(
        description="What to look up beforehand: FHIR queries by their keys.",
        examples=[{"medications": MEDICATIONS}],
    )
    version: str = Field(
        description="The version of CDS Hooks that it is built to.", examples=[SPECIFICATION]
    )


class CdsServices(Shape):
    """The services that there are."""

    services: list[CdsService] = Field(description="Each service.", max_length=10)


class CardCode(Shape):
    """A code with what it says."""

    code: str = Field(description="The code.", examples=["boxed-warning"])
    system: str = Field(
        description="Its system.",
        examples=["https://medfacts.example/cds-services/CodeSystem/topics"],
    )
    display: str = Field(description="What it says.", examples=["Boxed warning"])


class CardSource(Shape):
    """Whose words a card has."""

    label: str = Field(description="The source.", examples=["DailyMed drug labels"])
    url: str = Field(
        description="Where it is.", examples=["https://dailymed.nlm.nih.gov/dailymed/"]
    )
    topic: CardCode = Field(description="What the card is about.")


class CardLink(Shape):
    """Where a card leads."""

    label: str = Field(description="What to call it.", examples=["The label"])
    url: str = Field(
        description="Its address.", examples=["https://medfacts.example/browse/drugs/baclofen"]
    )
    type: Literal["absolute"] = Field(description="That it is an address.", examples=["absolute"])


class CdsCard(Shape):
    """What there is to say of a drug, or of two."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    uuid: str = Field(
        description="The card's id.", examples=["4e0a3a1e-3283-4575-ab82-028d55fe2719"]
    )
    summary: str = Field(
        description="What it says, and of whom.",
        max_length=LONGEST_SUMMARY,
        examples=["Warfarin: boxed warning"],
    )
    indicator: Severity = Field(
        description="`warning` for a boxed warning, `critical` where a source says so.",
        examples=["warning"],
    )
    detail: str = Field(
        description="The passages in Markdown, each with where it stands.",
        examples=["> It bleeds."],
    )
    source: CardSource = Field(description="Whose words these are.")
    links: list[CardLink] = Field(description="The label, and the record here.", max_length=2)
    overrideReasons: list[CardCode] = Field(  # noqa: N815 -- the specification's name
        default=[],
        description="Reasons to go on; left out of what was not checked.",
        examples=[[]],
        max_length=10,
    )


class CdsCards(Shape):
    """What there is to say."""

    cards: list[CdsCard] = Field(
        description="Cards, as the specification defines them; none where there is nothing to say.",
        examples=[[]],
        max_length=1000,
    )


class CdsFeedback(BaseModel):
    """What users did with cards: it is counted, and nothing is kept."""

    feedback: list[Members] = Field(
        description="What was done with each card.",
        examples=[[{"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "accepted"}]],
        max_length=1000,
    )


class FeedbackTaken(Shape):
    """That feedback was taken."""

    taken: int = Field(description="Of how many cards.", examples=[1])


ServiceId = Annotated[
    str,
    Path(
        description="The service's id, as `/cds-services` lists it.",
        max_length=100,
    ),
    WithJsonSchema({"type": "string", "enum": list(SERVICES), "examples": ["medfacts-order-sign"]}),
]

CALLED = documented(
    NotFoundError, BadParameterError, LargeBodyError, UnauthorizedError, PrefetchError
)


@router.get(
    "", response_model=CdsServices, responses=documented(UnauthorizedError, BadParameterError)
)
def list_cds_services(session: ReadSession) -> bytes:
    """The services that an EHR can call, and what to look up for them beforehand."""
    session.rows(SERVED)
    services = [
        {
            "hook": of.hook,
            "id": id_,
            "title": of.title,
            "description": of.description,
            "usageRequirements": USAGE,
            "prefetch": {"medications": MEDICATIONS},
            "version": SPECIFICATION,
        }
        for id_, of in SERVICES.items()
    ]
    return to_json({"services": services})


@router.post("/{service_id}", response_model=CdsCards, responses=CALLED)
def call_cds_service(session: ReadSession, service_id: ServiceId, request: HookRequest) -> bytes:
    """What labels say of the drugs of an order, or of a patient, as cards. Nothing is kept."""
    service = _service(service_id)
    if request.hook != service.hook:
        raise RequestError(f"hook: The service {service_id} is called at {service.hook}.")
    try:
        context = service.context.model_validate(request.context)
    except ValidationError as error:
        faults = [{**each, "loc": ("context", *each["loc"])} for each in error.errors()]
        raise RequestError(_fault(faults)) from None
    shown = session.scope["app"].state.cds_cards.get(service.hook, ())
    given = _given(context, request.prefetch)
    if given.is_unsaid and service.hook == "patient-view":
        raise PrefetchError(PrefetchError.example)
    cards = Cards(session.scope["app"].state.address, request.hookInstance)
    _add_cards(session, cards, shown, given, is_view=service.hook == "patient-view")
    if not session.release:  # nothing was looked up
        session.rows(SERVED)
    return to_json({"cards": cards.made})


@router.post("/{service_id}/feedback", response_model=FeedbackTaken, responses=CALLED)
def send_cds_feedback(session: ReadSession, service_id: ServiceId, request: CdsFeedback) -> bytes:
    """What users did with cards: counted in `/metrics`, and nothing else is kept of it."""
    session.rows(SERVED)
    for each in request.feedback:
        outcome = each.get("outcome")
        known = outcome if outcome in ("accepted", "overridden") else "other"
        FEEDBACK.labels(service_id, known).inc()
    return to_json({"taken": len(request.feedback)})


def _service(id_: str) -> Service:
    if id_ not in SERVICES:
        raise NotFoundError(f"There is no service '{id_}'. /cds-services lists those there are.")
    return SERVICES[id_]


class Stated(BaseModel):
    """Of a fact what it says; to read no more of it takes a third of the time."""

    statement: str


@dataclass
class _Given:
    """What a client said of a patient's medicines."""

    ordered: list[Medicine] = field(default_factory=list)
    """Those that are ordered now."""
    beside: list[Medicine] = field(default_factory=list)
    """Those that the patient takes, and those of other drafts."""
    is_unsaid: bool = False
    """Whether it did not say what the patient takes."""
    is_partial: bool = False
    """Whether it said so only in part: a page of several."""
    unread: int = 0
    """How many resources could not be read."""


def _given(context: PatientContext, prefetch: Mapping[str, Any] | None) -> _Given:
    """What a call says: of drafts those that are selected are new, or else all."""
    given = _Given()
    if isinstance(context, SignContext):
        drafts, given.unread = medicines_of(context.draftOrders.entry)
        selected = None
        if isinstance(context, SelectContext):
            selected = _selected(context)
        for each in drafts:
            is_new = selected is None or each.order in selected
            (given.ordered if is_new else given.beside).append(each)
    _add_taken(given, prefetch or {})
    return given


def _add_taken(given: _Given, prefetch: Mapping[str, Any]) -> None:
    """Add what the patient takes: null says nothing, and an OperationOutcome that it is unknown."""
    if "medications" in prefetch and prefetch["medications"] is None:
        return
    found = SearchResult.read(prefetch.get("medications"))
    if found is None:
        given.is_unsaid = True
        return
    taken, unread = medicines_of(found.entries)
    given.beside += taken
    given.unread += found.unread + unread
    given.is_partial = found.is_partial
    given.is_unsaid = given.unread > 0 and not taken


def _selected(context: SelectContext) -> set[str]:
    """The drafts that are selected, by type and id; an error if they are none of the drafts."""
    selected = {
        "/".join(reference.partition("/_history/")[0].rstrip("/").rsplit("/", 2)[-2:])
        for reference in context.selections
    }
    resources = (entry.resource or {} for entry in context.draftOrders.entry)
    drafts = {f"{each.get('resourceType')}/{each.get('id')}" for each in resources}
    if selected and not selected & drafts:
        raise RequestError("context.selections: None of them is one of draftOrders.")
    return selected


def _add_cards(
    session: ReadSession, cards: Cards, shown: Collection[str], given: _Given, *, is_view: bool
) -> None:
    medicines = [*given.ordered, *given.beside]
    looked_at = medicines[:MOST_MEDICINES]
    recognise(session, looked_at)
    new = {each.drug[0]: each.drug[1] for each in given.ordered if each.drug}
    names = new | {each.drug[0]: each.drug[1] for each in given.beside if each.drug}
    unchecked = list(names)[MOST_DRUGS:]
    names = dict(list(names.items())[:MOST_DRUGS])
    new = {id_: name for id_, name in new.items() if id_ in names}
    groups = {type_: group for type_, group in GROUPS.items() if type_ in shown}
    facts = _facts(session, list(new), groups.values())
    for type_, group in groups.items():
        for id_ in new:
            cards.add_facts(type_, (id_, new[id_]), facts.get((id_, group), []))
    if CardType.INTERACTION in shown:
        _add_pairs(session, cards, names, list(names if is_view else new))
    if CardType.NOT_CHECKED in shown:
        unknown = [each.called for each in looked_at if each.drug is None]
        read = labels_read(session, names)
        unlabelled = [names[id_] for id_, of in read.items() if not of["labels"]]
        more = len(unchecked) + len(medicines) - len(looked_at)
        cards.add_not_checked(unknown, _reasons(given, unlabelled, more))


def _reasons(given: _Given, unlabelled: list[str], more: int) -> Iterator[str]:
    """What could not be checked, and why."""
    for name in unlabelled:
        yield f"{name}: no label of it is loaded"
    if given.is_unsaid:
        yield "The drugs that the patient takes: the client did not give them"
    if given.is_partial:
        yield "The drugs that the patient takes: the client gave one page of several"
    if given.unread:
        yield f"Resources that cannot be read: {given.unread}"
    if more > 0:
        yield f"More medicines than are looked at in one call: {more}"


def _add_pairs(session: ReadSession, cards: Cards, names: dict[str, str], first: list[str]) -> None:
    """A card of each of the first drugs, beside all others."""
    if not first:
        return
    found = namings(session, names, first)
    ids = {fact for of_one in found.values() for fact in quoted(of_one)}
    statements = {
        id_: Stated.model_validate_json(body).statement
        for id_, body in documents_by_ids(session, WARNINGS, sorted(ids)).items()
    }
    for one, of_one in found.items():
        own = {id_: statements[id_] for id_ in quoted(of_one)}
        cards.add_namings(one, of_one, own)


_is_document_of = sa.and_(col(Document.kind) == WARNINGS, col(Document.id) == col(Fact.id))
_of_groups = (
    sa.select(col(Fact.rank), col(Fact.id), *STORED)
    # As an inner join SQLite would begin with the documents of all drugs.
    .join_from(Fact, Document, _is_document_of, isouter=True)
    .where(
        one_of(col(Fact.drug_id), "ids"),
        col(Fact.kind) == WARNINGS,
        col(Fact.rank) >= sa.bindparam("first", type_=KEY),
        col(Fact.rank) < sa.bindparam("behind", type_=KEY),
    )
    .subquery("facts")
)
WARNINGS_OF_GROUPS = with_release(
    _of_groups,
    *_of_groups.c,
    order=(_of_groups.c.rank, _of_groups.c.id),
)
"""The warnings of drugs in some groups, in the order in which they are read."""


def _facts(
    session: ReadSession, ids: list[str], groups: Collection[Group]
) -> dict[tuple[str, Group], list[Row]]:
    """What labels of drugs state, by drug and group."""
    found: dict[tuple[str, Group], list[Row]] = {}
    if not ids or not groups:
        return found
    bound = listed(session.dialect, ids)
    first, behind = str(int(min(groups))), str(int(max(groups)) + 1)
    for rank, id_, *stored in session.found(
        WARNINGS_OF_GROUPS, ids=bound, first=first, behind=behind
    ):
        fact = from_json(verified(WARNINGS, id_, *stored))
        if fact["section"] is not None:  # a label's own words
            found.setdefault((fact["drug"]["id"], Group(int(rank[0]))), []).append(fact)
    return found
