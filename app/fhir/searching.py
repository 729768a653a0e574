"""Searches: which records a search leaves, a page at a time, as a Bundle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.api.condition_codes import condition_key
from app.api.drugs import DRUGS
from app.api.identifiers import LED_TO, asked_of
from app.api.lists import bound_to
from app.api.read_session import ReadSession, with_release
from app.api.trials import LISTING as TRIALS
from app.database.reading import CompiledSelect
from app.documents.checksums import STORED, verified
from app.fhir.clinical_use import INDICATION, TYPES, clinical_use
from app.fhir.datatypes import CLINICAL_TRIALS, DIGEST, FhirVersion, Served, fhir_id
from app.fhir.evidence import LONGEST_TRIAL_ID, citation, evidence, evidence_of, outcomes_found
from app.fhir.medications import PRODUCT, drug_medication, medication_knowledge, product_medication
from app.fhir.search_parameters import (
    CONDITION_SYSTEMS,
    LARGEST_COUNT,
    ResultParams,
    alternatives,
    bad,
    identifiers,
    tokens,
    values_of,
)
from app.http.pages import LARGEST_PAGE, Cursor, listing_of
from app.http.parameters import MOST_PROBLEMS
from app.models.base import KEY, Row
from app.models.document import Document
from app.models.fact import Fact
from app.models.indication import AGAINST, Indication
from app.models.product import Product
from app.models.warning import Warning as WarningRow
from app.models.warning import WarningType
from app.search.query import listed, one_of

KINDS = {
    "Citation": ("trials",),
    "ClinicalUseDefinition": ("indications", "warnings"),
    "Evidence": ("trials",),
    "Medication": ("drugs", "products"),
    "MedicationKnowledge": ("drugs",),
}
"""The kinds of record that each type of resource is made of."""

MOST_COUNTED = 2000
"""Trials whose outcomes are counted for a total; of more there is none."""

IGNORED = "medfacts.fhir_ignored"
"""Where a scope holds the names of parameters that a lenient client has ignored."""

Found = tuple[str, str, Row]
"""A record that is found: its kind, its id, and itself."""


class Place(NamedTuple):
    """A resource on a page, as its JSON, and the place behind which a page goes on."""

    id: str
    resource: Row
    place: tuple[str | int, ...]


@dataclass(frozen=True)
class Search:
    """What a search leaves: None leaves all. `types` are those of ClinicalUseDefinition."""

    kinds: tuple[str, ...]
    ids: frozenset[str] | None = None
    drugs: frozenset[str] | None = None
    types: frozenset[str] | None = None

    def among(self, ids: Iterable[str]) -> "Search":
        """Of these, what has one of these ids."""
        given = frozenset(ids)
        return replace(self, ids=given if self.ids is None else self.ids & given)

    def of_drugs(self, drugs: Iterable[str]) -> "Search":
        """Of these, what is of one of these drugs."""
        given = frozenset(drugs)
        return replace(self, drugs=given if self.drugs is None else self.drugs & given)

    def of_types(self, types: Iterable[str]) -> "Search":
        """Of these, what is of one of these types."""
        given = frozenset(types)
        return replace(self, types=given if self.types is None else self.types & given)

    @property
    def by_rank(self) -> bool:
        """Whether it is in the order of importance, which facts of a drug have."""
        return self.drugs is not None

    def bound(self, dialect: str) -> dict[str, Any]:
        """The parameters of its select."""
        given = {"ids": self.ids, "drugs": self.drugs}
        return {
            name: listed(dialect, sorted(some)) for name, some in given.items() if some is not None
        }


def served_of(session: ReadSession, version: FhirVersion) -> Served:
    """What resources are served as, once something was read."""
    return Served(version, session.scope["app"].state.address, session.release)


# Reading by id


def records_by_id(session: ReadSession, type_: str, ids: Iterable[str]) -> dict[str, Found]:
    """The records of FHIR's ids, of those that there are."""
    wanted: dict[str, str] = {}
    for id_ in dict.fromkeys(ids):
        named = _record_id(session, type_, id_)
        if named is not None:
            wanted[id_] = named
    kinds = KINDS[type_]
    found = session.records(list(kinds), list(wanted.values()))
    return {
        id_: (_kind_of(kinds, found[name]), name, found[name])
        for id_, name in wanted.items()
        if name in found
    }


def _kind_of(kinds: Sequence[str], record: Row) -> str:
    """Which of the kinds a record is of."""
    if "products" in kinds:
        return "products" if "tty" in record else "drugs"
    if "warnings" in kinds:
        return "indications" if "status" in record else "warnings"
    return kinds[0]


def _record_id(session: ReadSession, type_: str, id_: str) -> str | None:
    """The id of the record that an id of FHIR's stands for."""
    if type_ == "Evidence":
        id_, _, number = id_.rpartition(".")
        if not number.isascii() or not number.isdigit() or number != str(int(number)):
            return None
    if type_ == "Medication" and id_.startswith(PRODUCT):
        return id_.removeprefix(PRODUCT)
    begun, dot, digest = id_.rpartition(".")
    longest = LONGEST_TRIAL_ID if type_ == "Evidence" else len(id_)
    if not dot:
        return None if type_ == "Medication" and id_.isdigit() else id_
    if len(digest) != DIGEST:
        return None
    kinds = listed(session.dialect, KINDS[type_])
    begins = {"begun": begun, "end": begun + "~"}
    for (name,) in session.found(BEGUN, kinds=kinds, **begins):
        if fhir_id(name, longest) == id_:
            return str(name)
    return None


_begun = (
    sa.select(col(Document.id))
    .where(
        one_of(col(Document.kind), "kinds"),
        col(Document.id) > sa.bindparam("begun"),
        col(Document.id) < sa.bindparam("end"),
    )
    .subquery("begun_so")
)
BEGUN = with_release(_begun, _begun.c.id)


def resources(
    session: ReadSession, version: FhirVersion, type_: str, found: Sequence[Found]
) -> list[tuple[str, Row]]:
    """Records as resources of a type, each with its own id; of a trial each of its outcomes."""
    served = served_of(session, version)
    if type_ == "MedicationKnowledge":
        products = _products(session, [id_ for _, id_, _ in found])
        return _by_id(
            medication_knowledge(served, record, products.get(id_, ())) for _, id_, record in found
        )
    if type_ == "Medication":
        return _by_id(
            product_medication(served, record)
            if kind == "products"
            else drug_medication(served, record)
            for kind, _, record in found
        )
    if type_ == "ClinicalUseDefinition":
        return _by_id(clinical_use(served, kind, record) for kind, _, record in found)
    coded = [_with_codes(session, record) for _, _, record in found]
    if type_ == "Citation":
        return _by_id(citation(served, record) for record in coded)
    return _by_id(each for record in coded for each in evidence_of(served, record))


def _by_id(made: Iterable[Row]) -> list[tuple[str, Row]]:
    return [(each["id"], each) for each in made]


def _with_codes(session: ReadSession, trial: Row) -> Row:
    """A trial whose drug has its identifiers."""
    drugs = session.records(["drugs"], [trial["drug"]["id"]])
    return trial | {"drug": drugs.get(trial["drug"]["id"], trial["drug"])}


def one_resource(session: ReadSession, version: FhirVersion, type_: str, id_: str) -> Row | None:
    """The resource of an id; None if there is none."""
    found = records_by_id(session, type_, [id_]).get(id_)
    if found is None:
        return None
    if type_ != "Evidence":
        return resources(session, version, type_, [found])[0][1]
    trial, number = _with_codes(session, found[2]), int(id_.rpartition(".")[2])
    if number not in outcomes_found(trial):
        return None
    return evidence(served_of(session, version), trial, number)


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


# What a search leaves


def narrowed(session: ReadSession, type_: str, params: Any, base: str) -> tuple[Search, list[str]]:
    """What a search leaves, and what a person should know of values that lead to nothing."""
    search, notes = Search(KINDS[type_]), list[str]()
    for value in values_of(params, "_id"):
        found = records_by_id(session, type_, alternatives(value))
        search = search.among(id_ for _, id_, _ in found.values())
    for value in values_of(params, "status"):
        if not any(token.code == "active" for token in tokens("status", value)):
            search = search.among(())
            notes.append("All that is served here is active.")
    for value in values_of(params, "type"):
        search = search.of_types(_types(value))
    for value in values_of(params, "subject"):
        subjects = [_subject(session, each, base) for each in alternatives(value)]
        search = search.of_drugs(each for each in subjects if each is not None)
        if not search.drugs:
            notes.append(
                "No Medication here is this subject, so nothing can be said of it. Drugs are found "
                "by their codes: Medication?code=."
            )
    for value in values_of(params, "identifier"):
        search = search.among(_trials_numbered(session, value, base))
    for value in values_of(params, "context"):
        search = search.among(_trials_about(session, value))
    for value in values_of(params, "code"):
        search = search.among(_coded(session, type_, value))
        if not search.ids:
            notes.append("Nothing here has this code, so nothing can be said of what it means.")
    return search, notes


def _types(value: str) -> list[str]:
    asked = [token.code for token in tokens("type", value)]
    if unknown := [each for each in asked if each not in TYPES]:
        raise bad("type", f"Expected one of {', '.join(TYPES)}, found '{unknown[0][:50]}'.")
    return asked


def _subject(session: ReadSession, value: str, base: str) -> str | None:
    """The drug that a reference to a Medication names, by its record's id."""
    target = value.removeprefix(f"{base}/").removeprefix("Medication/")
    if "/" in target or target.startswith(PRODUCT):
        return None
    found = records_by_id(session, "MedicationKnowledge", [target]).get(target)
    return found[1] if found else None


def _trials_numbered(session: ReadSession, value: str, base: str) -> set[str]:
    """The trials that a registry's number, or the id of their record, is of."""
    own = f"{base.rpartition('/fhir/')[0]}/v1/trials"
    every = list(tokens("identifier", value))
    numbers = {token.code for token in every if token.system in (None, CLINICAL_TRIALS)}
    forms = sorted({form for each in numbers for form in (each, each.upper(), each.lower())})
    ids = {token.code for token in every if token.system in (None, own)}
    found = set(session.records(["trials"], sorted(ids)))
    return found.union(_trials(session, registry_id=forms) if forms else ())


def _trials(session: ReadSession, **asked: Any) -> list[str]:
    """The ids of trials that a filter of the list of trials leaves."""
    select = TRIALS.ids(frozenset(asked))
    return [id_ for (id_,) in session.found(select, **bound_to(session.dialect, asked))]


def _trials_about(session: ReadSession, value: str) -> set[str]:
    found: set[str] = set()
    for token in tokens("context", value):
        system = (token.system or "").rstrip("/")
        if token.system is None or system in CONDITION_SYSTEMS:
            names = [CONDITION_SYSTEMS[system]] if system else CONDITION_SYSTEMS.values()
            for name in names:
                key = condition_key(f"{name}:{token.code}")
                found.update(_trials(session, condition=key))
        drugs = _drugs_coded(session, identifiers(token))
        for drug in drugs:
            found.update(_trials(session, drug=drug))
    return found


def _drugs_coded(session: ReadSession, codes: list[str]) -> list[str]:
    """The drugs that have one of these identifiers, or a product or a label that has."""
    if not codes:
        return []
    bound = bound_to(session.dialect, {"identifier": asked_of(*codes)})
    return [id_ for (id_,) in session.found(DRUGS.ids(frozenset(("identifier",))), **bound)]


def _coded(session: ReadSession, type_: str, value: str) -> list[str]:
    codes = [code for token in tokens("code", value) for code in identifiers(token)]
    if type_ == "MedicationKnowledge" or not codes:
        return _drugs_coded(session, codes)
    rows = session.found(LED_TO, **bound_to(session.dialect, {"code": asked_of(*codes)}))
    return [row[6] or row[2] for row in rows if row[6] or row[2]]  # of a product, or of a drug


# Pages


class _Page(NamedTuple):
    """Records of a page, each with its place, and how many there are in all."""

    found: list[tuple[Found, tuple[str | int, ...]]]
    total: int


def _read(session: ReadSession, search: Search, places: Sequence[str | int], most: int) -> _Page:
    """The first records behind a place, in order, and how many a search leaves in all."""
    shape = (search.ids is not None, search.drugs is not None, bool(places))
    select = _select(search.kinds, *shape, search.types)
    bound = search.bound(session.dialect) | {f"after_{i}": p for i, p in enumerate(places)}
    rows = session.rows(select, **bound, page_size=most)
    keys = 3 if search.by_rank else 2
    found = []
    for row in rows:
        if row[1] is not None:
            place, kind, id_ = row[1 : 1 + keys], row[1], row[keys]
            record = from_json(verified(kind, id_, *row[1 + keys :]))
            found.append(((kind, id_, record), place))
    return _Page(found, rows[0][0] or 0)


@lru_cache(maxsize=512)
def _select(
    kinds: tuple[str, ...],
    has_ids: bool,
    has_drugs: bool,
    further: bool,
    types: frozenset[str] | None,
) -> CompiledSelect:
    table: Any = Fact if has_drugs else Document
    keys = [col(table.kind), *([col(Fact.rank)] if has_drugs else []), col(table.id)]
    left = sa.select(*keys).where(keys[0].in_([sa.literal_column(f"'{kind}'") for kind in kinds]))
    if has_ids:
        left = left.where(one_of(keys[-1], "ids"))
    if has_drugs:
        left = left.where(one_of(col(table.drug_id), "drugs"))
    if types is not None:
        left = left.where(_of_types(keys[0], keys[-1], types))
    rows = left
    if further:
        after = [sa.bindparam(f"after_{i}", type_=KEY) for i in range(len(keys))]
        rows = rows.where(sa.tuple_(*keys) > sa.tuple_(*after))
    page = rows.order_by(*keys).limit(sa.bindparam("page_size", type_=sa.Integer)).subquery("page")
    is_its = sa.and_(col(Document.kind) == page.c.kind, col(Document.id) == page.c.id)
    found = sa.select(*page.c, *STORED).join_from(page, Document, is_its).subquery("found")
    counted = left.with_only_columns(sa.func.count(), maintain_column_froms=True)
    total: Any = sa.null() if further else counted.scalar_subquery()
    return with_release(found, total.label("total"), *found.c, order=list(found.c)[: len(keys)])


def _of_types(kind: Any, id_: Any, types: frozenset[str]) -> sa.ColumnElement[bool]:
    """That a fact is of one of these types of ClinicalUseDefinition."""
    uses, warned = Indication, WarningRow
    statuses = col(uses.status).in_([sa.literal(each.value) for each in sorted(AGAINST)])
    is_use = []
    if INDICATION in types:
        is_use.append(sa.not_(statuses))
    if WarningType.WARNING in types:
        is_use.append(statuses)
    of_warnings = sorted(types & set(WarningType))
    matching = []
    if is_use:
        ids = sa.select(col(uses.id)).where(sa.or_(*is_use))
        matching.append(sa.and_(kind == sa.literal_column("'indications'"), id_.in_(ids)))
    if of_warnings:
        ids = sa.select(col(warned.id)).where(
            col(warned.type).in_([sa.literal_column(f"'{each}'") for each in of_warnings])
        )
        matching.append(sa.and_(kind == sa.literal_column("'warnings'"), id_.in_(ids)))
    return sa.or_(*matching) if matching else sa.false()


def bundle(session: ReadSession, version: FhirVersion, type_: str, params: ResultParams) -> bytes:
    """A page of what a search leaves, as a Bundle of type `searchset`."""
    address = session.scope["app"].state.address
    base = f"{address}/fhir/{version}"
    search, notes = narrowed(session, type_, params, base)
    only_total = params.summary == "count" or params.count == 0
    most = 0 if only_total else min(params.count, LARGEST_COUNT)
    path = session.scope["path"].removesuffix("/_search")
    query = parse_qsl(session.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    asked = [each for each in query if each[0] != "_cursor"]
    listing = listing_of(path, {"asked": sorted(asked)}, "")
    kinds = [str] * (3 if search.by_rank else 2) + [int]
    begun = None
    if params.cursor is not None:
        begun = Cursor.read(params.cursor, listing, kinds)
    *places, skipped = begun.places if begun else (0,)
    page = _read(session, search, places, most + 1)
    if begun:
        begun.require_release(session.release)
    total: int | None = begun.total if begun else page.total
    if type_ == "Evidence":
        made, follows = _outcomes(session, version, search, page, (places, int(skipped)), most)
        if begun is None and params.total != "none":
            total = _count_outcomes(session, search, page.total)
    else:
        found = [each for each, _ in page.found[:most]]
        pairs = zip(resources(session, version, type_, found), page.found, strict=False)
        made = [Place(id_, resource, (*place, 0)) for (id_, resource), (_, place) in pairs]
        follows = len(page.found) > most
    entries, last = _fitting(f"{base}/{type_}", made)
    links = [("self", params.cursor)]
    if last is not None and (follows or len(entries) < len(made)):
        links.append(("next", str(Cursor(session.release, listing, total or 0, last))))
    if not entries and not only_total and (silence := _silence(session, type_, search)):
        notes.append(silence)
    if ignored := session.scope.get(IGNORED):
        notes.append(f"Not known here, and ignored: {', '.join(ignored[:MOST_PROBLEMS])}.")
    head: Row = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [
            {
                "relation": relation,
                "url": _url(address + path, asked, cursor),
            }
            for relation, cursor in links
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


def _fitting(base: str, made: list[Place]) -> tuple[list[bytes], tuple[str | int, ...] | None]:
    """The first entries, as many as a page has room for, and the place of the last."""
    entries: list[bytes] = []
    last, room = None, LARGEST_PAGE
    for id_, resource, place in made:
        entry = to_json(
            {"fullUrl": f"{base}/{id_}", "resource": resource, "search": {"mode": "match"}}
        )
        room -= len(entry)
        if entries and room < 0:
            break
        entries.append(entry)
        last = place
    return entries, last


def _told(note: str) -> bytes:
    """An entry that tells something of the search, beside what it leaves."""
    issue = {"severity": "information", "code": "informational", "details": {"text": note}}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    return to_json({"resource": outcome, "search": {"mode": "outcome"}})


def _silence(session: ReadSession, type_: str, search: Search) -> str | None:
    """What an empty answer about a drug that is known does not mean."""
    if type_ != "ClinicalUseDefinition" or not search.drugs:
        return None
    said = []
    is_of_use = search.types is None or INDICATION in search.types
    for drug in session.records(["drugs"], sorted(search.drugs)).values():
        for kind in KINDS[type_] if is_of_use else ("warnings",):
            coverage = drug["coverage"][kind]
            titles = ", ".join(each["title"] for each in coverage["sources"]) or "none"
            said.append(
                f"{kind} of {drug['name']}: searched {coverage['status']}, sources: {titles}"
            )
    return (
        "The sources that were read state nothing of this, which does not mean that there is "
        f"nothing: {'; '.join(said)}."
    )


# Outcomes of trials


def _outcomes(
    session: ReadSession,
    version: FhirVersion,
    search: Search,
    page: _Page,
    begun: tuple[Sequence[str | int], int],
    most: int,
) -> tuple[list[Place], bool]:
    """The outcomes of a page, each with its place, and whether others follow.

    A place is the trial before, and how many outcomes of the next one were read.
    """
    before, skipped = begun
    made: list[Place] = []
    for found, place in page.found[: max(most, 0)]:
        every = resources(session, version, "Evidence", [found])
        for read, (id_, resource) in enumerate(every[skipped:], skipped + 1):
            if len(made) == most:
                return made, True
            is_last = read == len(every)
            here = (*place, 0) if is_last else (*(before or ("", "")), read)
            made.append(Place(id_, resource, here))
        before, skipped = place, 0
    return made, len(page.found) > most


def _count_outcomes(session: ReadSession, search: Search, trials: int) -> int | None:
    """How many outcomes there are, where that is not too costly to say."""
    if trials > MOST_COUNTED:
        return None
    every = _read(session, search, (), trials) if trials else _Page([], 0)
    return sum(len(outcomes_found(record)) for (_, _, record), _ in every.found)
