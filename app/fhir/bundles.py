"""Resources of records, and pages of what a search leaves as Bundles of type `searchset`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from pydantic_core import to_json
from sqlmodel import col

from app.api.read_session import SERVED, ReadSession, with_release
from app.fhir.clinical_use import clinical_use
from app.fhir.datatypes import FhirVersion, Served
from app.fhir.evidence import citation, evidence, outcomes_found
from app.fhir.medications import drug_medication, medication_knowledge, product_medication
from app.fhir.search_parameters import LARGEST_COUNT, ResultParams
from app.fhir.searching import (
    FoundRecord,
    Narrowing,
    Place,
    Search,
    narrowed,
    read_records,
    records_by_id,
    silence,
)
from app.http.pages import LARGEST_PAGE, Cursor, listing_of
from app.http.parameters import MOST_PROBLEMS
from app.http.problems import RequestError
from app.models.base import Row
from app.models.product import Product
from app.search.query import listed, one_of

MOST_COUNTED = 2000
"""Trials whose outcomes are counted for a total; of more there is none."""

MOST_TRIALS = 50
"""Trials that are read at once, where a page of outcomes is made."""

IGNORED = "medfacts.fhir_ignored"
"""Where a scope holds the names of parameters that a lenient client has ignored."""

NOT_COUNTED = 0
"""What a cursor has for a total that was not counted; else it has one more."""


@dataclass(frozen=True)
class Item:
    """A resource of a page, and the place behind which the list goes on."""

    resource: Row
    place: Place


def served_of(session: ReadSession, version: FhirVersion) -> Served:
    """What resources are served as, once something was read."""
    return Served(version, session.scope["app"].state.address, session.release)


# Resources


def resources(
    session: ReadSession, served: Served, type_: str, every: Sequence[FoundRecord]
) -> list[Row]:
    """A resource for each record, of all types but Evidence."""
    if type_ == "MedicationKnowledge":
        products = _products(session, [each.id for each in every])
        return [medication_knowledge(served, e.record, products.get(e.id, ())) for e in every]
    if type_ == "Medication":
        of_kind = {"drugs": drug_medication, "products": product_medication}
        return [of_kind[each.kind](served, each.record) for each in every]
    if type_ == "ClinicalUseDefinition":
        return [clinical_use(served, each.kind, each.record) for each in every]
    return [citation(served, trial) for trial in _with_codes(session, every)]


def _with_codes(session: ReadSession, every: Sequence[FoundRecord]) -> list[Row]:
    """Trials whose drugs have their identifiers."""
    drugs = session.records(["drugs"], sorted({each.record["drug"]["id"] for each in every}))
    return [each.record | {"drug": drugs[each.record["drug"]["id"]]} for each in every]


def one_resource(session: ReadSession, version: FhirVersion, type_: str, id_: str) -> Row | None:
    """The resource of an id; None if there is none."""
    found = records_by_id(session, type_, [id_]).get(id_)
    if found is None:
        return None
    served = served_of(session, version)
    if found.number is None:
        return resources(session, served, type_, [found])[0]
    if found.number not in outcomes_found(found.record):
        return None
    return evidence(served, _with_codes(session, [found])[0], found.number)


_products_of = (
    sa.select(col(Product.drug_id), col(Product.id), col(Product.name), col(Product.key))
    .where(one_of(col(Product.drug_id), "drugs"))
    .subquery("products_of")
)
PRODUCTS = with_release(
    _products_of,
    *list(_products_of.c)[:-1],
    order=(_products_of.c.drug_id, _products_of.c.key, _products_of.c.id),
)


def _products(session: ReadSession, drugs: list[str]) -> dict[str, list[tuple[str, str]]]:
    """The ids and names of drugs' products."""
    found: dict[str, list[tuple[str, str]]] = {}
    if drugs:
        for drug, id_, name in session.found(PRODUCTS, drugs=listed(session.dialect, drugs)):
            found.setdefault(drug, []).append((id_, name))
    return found


# Pages


@dataclass(frozen=True)
class _Items:
    """The items of a page, whether others follow, and how many there are, where that is known."""

    items: list[Item]
    follows: bool
    total: int | None


def _of_records(
    session: ReadSession, served: Served, narrowing: Narrowing, after: Place, most: int
) -> _Items:
    page = read_records(session, narrowing.search, after, most + 1)
    made = resources(session, served, narrowing.type, [each for each, _ in page.found[:most]])
    items = [Item(each, place) for each, (_, place) in zip(made, page.found, strict=False)]
    return _Items(items, len(page.found) > most, page.total)


def _of_outcomes(
    session: ReadSession, served: Served, search: Search, after: Place, most: int
) -> _Items:
    """The same of outcomes, read trial by trial: many trials have none that was reported.

    A place is that of the trial before, and how many outcomes of the next one were read.
    """
    *before, skipped = after or (0,)
    trials: Place = () if before == ["", ""] else tuple(before)
    items: list[Item] = []
    total = None
    while True:
        page = read_records(session, search, trials, MOST_TRIALS)
        if not after and total is None:
            total = page.total
        for found, trial in zip(
            (each for each, _ in page.found),
            _with_codes(session, [each for each, _ in page.found]),
            strict=True,
        ):
            numbers = [n for n in outcomes_found(trial) if search.has_outcome(found.id, n)]
            for read, number in enumerate(numbers[int(skipped) :], int(skipped) + 1):
                if len(items) >= most:
                    return _Items(items, follows=True, total=total)
                items.append(Item(evidence(served, trial, number), (*(trials or ("", "")), read)))
            trials, skipped = (found.kind, found.id), 0
        if len(page.found) < MOST_TRIALS:
            return _Items(items, follows=False, total=total)


def _count_outcomes(session: ReadSession, search: Search, trials: int) -> int | None:
    """How many outcomes there are, where that is not too costly to say."""
    if trials > MOST_COUNTED:
        return None
    every = read_records(session, search, (), trials).found if trials else []
    return sum(
        search.has_outcome(found.id, number)
        for found, _ in every
        for number in outcomes_found(found.record)
    )


def bundle(session: ReadSession, version: FhirVersion, type_: str, params: ResultParams) -> bytes:
    """A page of what a search leaves."""
    session.rows(SERVED)
    served = served_of(session, version)
    narrowing = narrowed(session, type_, params, served.base)
    query = parse_qsl(session.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    asked = [each for each in query if each[0] != "_cursor"]
    path = session.scope["path"].removesuffix("/_search")
    listing = listing_of(path, {"asked": sorted(asked)}, "")
    begun = None
    if params.cursor is not None:
        last = [int] if type_ == "Evidence" else []
        kinds = [*[str] * narrowing.search.keys, *last]
        begun = Cursor.read(params.cursor, listing, kinds, "_cursor")
    only_total = params.summary == "count" or params.count == 0
    most = 0 if only_total else min(params.count, LARGEST_COUNT)
    after = begun.places if begun else ()

    if type_ == "Evidence":
        page = _of_outcomes(session, served, narrowing.search, after, most)
    else:
        page = _of_records(session, served, narrowing, after, most)
    if begun:
        begun.require_release(session.release)
    total = begun.total - 1 if begun and begun.total != NOT_COUNTED else None
    if begun is None:
        total = page.total
        if type_ == "Evidence" and params.total != "none":
            total = _count_outcomes(session, narrowing.search, page.total or 0)
    if only_total and total is None:
        raise RequestError("So many trials are not counted: ask for those of a drug, by `context`.")

    entries, place = _fitting(served, page.items)
    links = [("self", params.cursor)]
    if place is not None and (page.follows or len(entries) < len(page.items)):
        counted = NOT_COUNTED if total is None else total + 1
        links.append(("next", str(Cursor(session.release, listing, counted, place))))
    notes = list(narrowing.notes)
    if not entries and begun is None and (said := silence(narrowing)):
        notes.append(said)
    if ignored := session.scope.get(IGNORED):
        notes.append(f"Not known here, and ignored: {', '.join(ignored[:MOST_PROBLEMS])}.")
    head: Row = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [
            {"relation": name, "url": _url(served.address + path, asked, at)} for name, at in links
        ],
    }
    if params.total != "none" and total is not None:
        head["total"] = total
    entries += [_told(note) for note in notes] if not only_total else []
    body = to_json(head)
    return b'%b,"entry":[%b]}' % (body[:-1], b",".join(entries)) if entries else body


def _url(address: str, asked: list[tuple[str, str]], cursor: str | None) -> str:
    query = [*asked, *([("_cursor", cursor)] if cursor else [])]
    return f"{address}?{urlencode(query)}" if query else address


def _fitting(served: Served, items: Iterable[Item]) -> tuple[list[bytes], Place | None]:
    """The first entries, as many as a page has room for, and the place of the last."""
    entries: list[bytes] = []
    last, room = None, LARGEST_PAGE
    for item in items:
        of = item.resource
        entry = to_json(
            {
                "fullUrl": f"{served.base}/{of['resourceType']}/{of['id']}",
                "resource": of,
                "search": {"mode": "match"},
            }
        )
        room -= len(entry)
        if entries and room < 0:
            break
        entries.append(entry)
        last = item.place
    return entries, last


def _told(note: str) -> bytes:
    """An entry that tells something of the search, beside what it leaves."""
    issue: dict[str, Any] = {"severity": "information", "code": "informational"}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue | {"details": {"text": note}}]}
    return to_json({"resource": outcome, "search": {"mode": "outcome"}})
