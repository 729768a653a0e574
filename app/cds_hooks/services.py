"""The services that an EHR finds and calls, and what they answer. https://cds-hooks.hl7.org/2.0/

Nothing of a request is kept or logged, and `fhirServer` is never called.
"""

from collections.abc import Collection, Mapping
from itertools import product
from typing import Annotated, Any, Literal, NamedTuple

import sqlalchemy as sa
from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import from_json, to_json
from sqlmodel import col
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.api.interactions import READ, ingredients_of, said_of
from app.api.read_session import SERVED, DataRoute, ReadSession, with_release
from app.cds_hooks.cards import LONGEST_SUMMARY, Cards, CardType
from app.cds_hooks.clients import require_client
from app.cds_hooks.medicines import Medicine, medicines_of, recognise
from app.cds_hooks.requests import (
    Bundle,
    HookRequest,
    Members,
    PatientContext,
    SelectContext,
    SignContext,
)
from app.documents.checksums import verified
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
from app.models.base import Row, Shape
from app.models.fact import Fact
from app.models.warning import Severity
from app.search.query import listed, one_of

MOST_DRUGS = 60
"""Drugs that are looked at in one call; what is beyond is said not to be checked."""

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
    "Drugs are recognised by RxNorm, NDC or UNII codes, or else by their text, and never guessed. "
    "An answer without cards says that the labels that were read say nothing of these drugs, and "
    "nothing more: it does not say that they are safe."
)


class CdsRoute(DataRoute):
    """A route that an EHR calls: what it cannot read is a 400 that says what."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, of a client that is known where clients have to be."""
        require_client(scope["app"].state.cds_clients, Headers(scope=scope), self._audience(scope))
        await super().handle(scope, receive, send)

    @staticmethod
    def _audience(scope: Scope) -> str:
        return f"{scope['app'].state.address}{scope['path'].removesuffix('/feedback')}"

    def _read_body(self, body: bytes) -> dict[str, Any]:
        [field] = self.dependant.body_params
        try:
            sent = from_json(body)
        except ValueError:
            raise RequestError("The body is not JSON.") from None
        value, faults = field.validate(sent, loc=())
        if faults:
            raise RequestError(_fault(faults))
        return {field.name: value}


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
    version: str = Field(description="The program's version.", examples=["0.1.0"])


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
    version = session.scope["app"].version
    services = [
        {
            "hook": of.hook,
            "id": id_,
            "title": of.title,
            "description": of.description,
            "usageRequirements": USAGE,
            "prefetch": {"medications": MEDICATIONS},
            "version": version,
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
    session.rows(SERVED)
    shown = session.scope["app"].state.cds_cards.get(service.hook, ())
    taken, unread = _taken(request.prefetch)
    if taken is None and service.hook == "patient-view":
        raise PrefetchError(PrefetchError.example)
    ordered, drafts = _ordered(context)
    if isinstance(context, SignContext):
        _, of_orders = medicines_of(context.draftOrders)
        unread += of_orders
    cards = Cards(session.scope["app"].state.address, request.hookInstance)
    said = _Said(ordered, [*drafts, *(taken or [])], taken is None, unread)
    _add_cards(session, cards, shown, said, is_view=service.hook == "patient-view")
    return to_json({"cards": cards.made})


@router.post("/{service_id}/feedback", response_model=FeedbackTaken, responses=CALLED)
def send_cds_feedback(session: ReadSession, service_id: ServiceId, request: CdsFeedback) -> bytes:
    """What users did with cards: counted in `/metrics`, and nothing else is kept of it."""
    _service(service_id)
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


def _taken(prefetch: Mapping[str, Any] | None) -> tuple[list[Medicine] | None, int]:
    """The medicines that the patient takes; None where the client did not say."""
    given = (prefetch or {}).get("medications")
    if given is None:
        is_said = prefetch is not None and "medications" in prefetch
        return ([] if is_said else None), 0
    try:
        return medicines_of(Bundle.model_validate(given))
    except ValidationError:  # an OperationOutcome, say
        return None, 0


def _ordered(context: PatientContext) -> tuple[list[Medicine], list[Medicine]]:
    """The medicines that are ordered now, and those of other drafts."""
    if not isinstance(context, SignContext):
        return [], []
    medicines, _ = medicines_of(context.draftOrders)
    if not isinstance(context, SelectContext):
        return medicines, []
    selected = {reference.strip("/") for reference in context.selections}
    is_new = [_is_selected(each.order, selected) for each in medicines]
    now = [each for each, new in zip(medicines, is_new, strict=True) if new]
    return now, [each for each, new in zip(medicines, is_new, strict=True) if not new]


def _is_selected(order: str, selected: set[str]) -> bool:
    return order in selected or order.partition("/")[2] in selected


class _Said(NamedTuple):
    """What a client said of a patient's medicines."""

    ordered: list[Medicine]
    beside: list[Medicine]
    """Those that the patient takes, and those of other drafts."""
    is_unsaid: bool
    """Whether it did not say what the patient takes."""
    unread: int
    """How many resources could not be read."""


def _add_cards(
    session: ReadSession, cards: Cards, shown: Collection[str], said: _Said, *, is_view: bool
) -> None:
    ordered, beside, is_unsaid, unread = said
    recognise(session, [*ordered, *beside])
    new = {each.drug[0]: each.drug[1] for each in ordered if each.drug}
    others = {each.drug[0]: each.drug[1] for each in beside if each.drug}
    names = others | new
    left_out = len(names) - MOST_DRUGS
    names = dict([*new.items(), *others.items()][:MOST_DRUGS])
    facts = _facts(session, [id_ for id_ in new if id_ in names])
    for type_, group in (
        (CardType.BOXED_WARNING, Group.BOXED),
        (CardType.CONTRAINDICATION, Group.CONTRAINDICATION),
    ):
        for id_ in new if type_ in shown else ():
            cards.add_facts(type_, (id_, new[id_]), facts.get((id_, group), []))
    if CardType.INTERACTION in shown:
        first = list(names) if is_view else [id_ for id_ in new if id_ in names]
        _add_pairs(session, cards, names, first)
    if CardType.NOT_CHECKED in shown:
        unknown = [each.called for each in (*ordered, *beside) if each.drug is None]
        reasons = []
        if is_unsaid:
            reasons.append("The drugs that the patient takes: the client did not give them")
        if unread:
            reasons.append(f"{unread} resources: they cannot be read")
        if left_out > 0:
            reasons.append(f"{left_out} drugs: more than {MOST_DRUGS} were given")
        cards.add_not_checked(unknown, reasons)


def _add_pairs(session: ReadSession, cards: Cards, names: dict[str, str], first: list[str]) -> None:
    """A card of each of the first drugs, beside all others."""
    if not first:
        return
    parts = ingredients_of(session, list(names))
    called = dict(names)
    wanted: dict[tuple[str, str], tuple[str, str]] = {}  # what is asked for, and of which two
    for one, other in product(first, names):
        if one == other or (other, one) in wanted:
            continue
        wanted[one, other] = one, other
        # Labels name what is in a combination, more often than the combination.
        for of, beside in ((one, other), (other, one)):
            for id_, name in parts.get(of, ()):
                if id_ not in names and id_ != beside:
                    called[id_] = f"{name} (in {names[of]})"
                    wanted.setdefault((id_, beside), (one, other))
    said: dict[str, list[tuple[str, Row]]] = {}
    for pair in said_of(session, called, list(wanted)):
        one, other = wanted[pair["drugs"][0]["id"], pair["drugs"][1]["id"]]
        said.setdefault(one, []).append((other, pair))
    for id_, pairs in said.items():
        cards.add_pairs(id_, pairs, called)


_first_facts = (
    sa.select(col(Fact.drug_id), col(Fact.id), col(Fact.rank))
    .where(
        one_of(col(Fact.drug_id), "ids"),
        col(Fact.kind) == WARNINGS,
        col(Fact.rank) < str(int(Group.WARNING)),
    )
    .subquery("facts")
)
FIRST_FACTS = with_release(
    _first_facts,
    _first_facts.c.drug_id,
    _first_facts.c.id,
    order=(_first_facts.c.rank, _first_facts.c.id),
)
"""The boxed warnings and contraindications of drugs, in the order in which they are read."""


def _facts(session: ReadSession, ids: list[str]) -> dict[tuple[str, Group], list[Row]]:
    """Boxed warnings and contraindications that labels state, by drug and group."""
    found: dict[tuple[str, Group], list[Row]] = {}
    asked = listed(session.dialect, ids)
    drug_of = {id_: drug for drug, id_ in session.found(FIRST_FACTS, ids=asked)} if ids else {}
    if not drug_of:
        return found
    records: dict[str, Row] = {}
    for id_, *stored in session.found(READ, kind=WARNINGS, ids=listed(session.dialect, drug_of)):
        records[id_] = from_json(verified(WARNINGS, id_, *stored))
    for id_, drug in drug_of.items():
        fact = records[id_]
        group = Group.BOXED if fact["boxed"] else Group.CONTRAINDICATION
        if fact["section"] is not None:  # a label's own words
            found.setdefault((drug, group), []).append(fact)
    return found
