"""What a search leaves of the records that resources are made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.api.condition_codes import condition_key
from app.api.identifiers import LED_TO, asked_of, keys_of
from app.api.lists import bound_to
from app.api.read_session import RECORDS, ReadSession, with_release
from app.api.trials import LISTING as TRIALS
from app.database.reading import CompiledSelect
from app.documents.checksums import STORED, verified
from app.fhir.clinical_use import INDICATION, TYPES
from app.fhir.datatypes import CLINICAL_TRIALS, DIGEST, LONGEST_ID, fhir_id
from app.fhir.evidence import LONGEST_TRIAL_ID, OUTCOME
from app.fhir.medications import PRODUCT
from app.fhir.search_parameters import (
    CONDITION_SYSTEMS,
    ResultParams,
    Token,
    alternatives,
    bad,
    identifiers,
    tokens,
    values_of,
)
from app.models.base import KEY, Row
from app.models.document import Document
from app.models.fact import Fact
from app.models.indication import AGAINST, Indication
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

NO_DRUG = "No drug here has this code, so nothing can be said of what it means: "
NO_SUBJECT = "No Medication here is this subject, so nothing can be said of it: "
NO_TRIAL = "No trial that is loaded here has this, which does not mean that there is none: "
NOT_ALL = "No one resource fulfils all that was asked for."
NOT_REPORTED = "Of these trials no outcome is reported in what is loaded; Citation lists them."

Place = tuple[str | int, ...]


class FoundRecord(NamedTuple):
    """A record that was found, and of an outcome that is asked for by its id its number."""

    kind: str
    id: str
    record: Row
    number: int | None = None


@dataclass(frozen=True)
class Search:
    """What a search leaves: None leaves all.

    `types` are those of ClinicalUseDefinition. Each of `outcomes` leaves some of trials, by
    the trial's id and the outcome's number, or None for all of the trial's.
    """

    kinds: tuple[str, ...]
    ids: frozenset[str] | None = None
    drugs: frozenset[str] | None = None
    types: frozenset[str] | None = None
    outcomes: tuple[frozenset[tuple[str, int | None]], ...] = ()

    def among(self, name: str, some: Iterable[Any]) -> "Search":
        """Of these, what has one of these values."""
        before: frozenset[Any] | None = getattr(self, name)
        left: Any = frozenset(some) if before is None else before.intersection(some)
        return replace(self, **{name: left})

    def has_outcome(self, trial: str, number: int) -> bool:
        """Whether it leaves this outcome of a trial."""
        return all({(trial, number), (trial, None)} & some for some in self.outcomes)

    @property
    def is_by_rank(self) -> bool:
        """Whether it is in the order of importance, which facts of a drug have."""
        return self.drugs is not None

    @property
    def keys(self) -> int:
        """How many columns it is ordered by."""
        return 3 if self.is_by_rank else 2

    def bound(self, dialect: str) -> dict[str, Any]:
        """The parameters of its select."""
        given = {"ids": self.ids, "drugs": self.drugs}
        return {
            name: listed(dialect, sorted(some)) for name, some in given.items() if some is not None
        }


# Records by ids of FHIR's


def records_by_id(session: ReadSession, type_: str, ids: Iterable[str]) -> dict[str, FoundRecord]:
    """The records of FHIR's ids, of those that there are."""
    wanted = {id_: named for id_ in dict.fromkeys(ids) if (named := _named(session, type_, id_))}
    if not wanted:
        return {}
    bound = {
        "kinds": listed(session.dialect, KINDS[type_]),
        "ids": listed(session.dialect, sorted({name for _, name, _ in wanted.values()})),
    }
    read = {(row[0], row[1]): from_json(verified(*row)) for row in session.found(RECORDS, **bound)}
    return {
        id_: FoundRecord(kind, name, read[kind, name], number)
        for id_, (kinds, name, number) in wanted.items()
        for kind in kinds
        if (kind, name) in read
    }


def _named(
    session: ReadSession, type_: str, id_: str
) -> tuple[tuple[str, ...], str, int | None] | None:
    """The record that an id stands for: its possible kinds, its own id, and an outcome's number."""
    kinds, number, longest = KINDS[type_], None, LONGEST_ID
    if type_ == "Evidence":
        id_, _, digits = id_.rpartition(".")
        if not (digits.isascii() and digits.isdigit() and digits == str(int(digits))):
            return None
        number, longest = int(digits), LONGEST_TRIAL_ID
    elif type_ == "Medication":
        if id_.startswith(PRODUCT):
            return ("products",), id_.removeprefix(PRODUCT), None
        kinds = ("drugs",)
    begun, dot, digest = id_.rpartition(".")
    if not dot:
        return kinds, id_, number
    if len(id_) != longest or len(digest) != DIGEST:
        return None
    bound = {"kinds": listed(session.dialect, kinds), "begun": begun, "end": begun + "~"}
    for (name,) in session.found(BEGUN, **bound):
        if fhir_id(name, longest) == id_:
            return kinds, name, number
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


# What parameters leave


@dataclass
class Narrowing:
    """A search as its parameters narrow it, and what a person should know of their values."""

    session: ReadSession
    type: str
    base: str
    """The address of the version that is asked."""
    search: Search
    notes: list[str] = field(default_factory=list)

    def by_id(self, value: str) -> None:
        """Leave the resources with these ids."""
        found = records_by_id(self.session, self.type, alternatives(value)).values()
        self._leave("ids", [each.id for each in found])
        self._leave_outcomes((each.id, each.number) for each in found)

    def by_status(self, value: str) -> None:
        """Leave all, for all are active, or none."""
        given = [*tokens("status", value)]
        if not any(each.code == "active" and _is_of(each, "publication-status") for each in given):
            self._leave("ids", [])
            self.notes.append("All that is served here is active.")

    def by_type(self, value: str) -> None:
        """Leave those of these types; a type that FHIR has not is an error."""
        given = [*tokens("type", value)]
        if unknown := [each.code for each in given if each.code not in TYPES]:
            expected = ", ".join(TYPES)
            raise bad("type", f"Expected one of {expected}, found '{unknown[0][:50]}'.")
        system = "clinical-use-definition-type"
        self._leave("types", [each.code for each in given if _is_of(each, system)])

    def by_subject(self, value: str) -> None:
        """Leave those of these drugs; of a product it says which drug to ask for."""
        drugs = []
        for each in alternatives(value):
            target = each.removeprefix(f"{self.base}/").removeprefix("Medication/")
            found = records_by_id(self.session, "Medication", [target]).get(target)
            if found is None:
                self.notes.append(f"{NO_SUBJECT}{each[:100]}. Medication?code= finds it by a code.")
            elif found.kind == "products":
                drug = found.record["drug"]
                asked = f"ask for Medication/{fhir_id(drug['id'])}" if drug else "it is not known"
                self.notes.append(f"What is said is of the drug, not of its products: {asked}.")
            else:
                drugs.append(found.id)
        self._leave("drugs", drugs)

    def by_identifier(self, value: str) -> None:
        """Leave those of trials with these numbers, of a registry's or of their records here."""
        given = [*tokens("identifier", value)]
        numbers = [each.code for each in given if each.system in (None, CLINICAL_TRIALS)]
        forms = sorted({form for each in numbers for form in (each, each.upper(), each.lower())})
        own = f"{self.base.rpartition('/fhir/')[0]}/v1/trials"
        outcomes = [_outcome_of(each.code) for each in given if each.system in (None, own)]
        known = self.session.records(["trials"], sorted({trial for trial, _ in outcomes}))
        found = [each for each in outcomes if each[0] in known]
        found += [(trial, None) for trial in (self._listed(registry_id=forms) if forms else ())]
        self._trials(value, {trial for trial, _ in found})
        self._leave_outcomes(found)

    def by_context(self, value: str) -> None:
        """Leave those of trials of these drugs and conditions."""
        found: set[str] = set()
        for each in tokens("context", value):
            for key in _condition_keys(each):
                found.update(self._listed(condition=condition_key(key)))
            for drug in self._coded(identifiers(each)):
                found.update(self._listed(drug=drug))
        self._trials(value, found)

    def by_code(self, value: str) -> None:
        """Leave the drugs with these codes, and of Medication the products."""
        codes = [code for each in tokens("code", value) for code in identifiers(each)]
        found = self._coded(codes, with_products=self.type == "Medication")
        if not found:
            self.notes.append(f"{NO_DRUG}{value[:100]}.")
        self._leave("ids", found)

    def _leave(self, name: str, some: Iterable[Any]) -> None:
        self.search = self.search.among(name, some)

    def _leave_outcomes(self, some: Iterable[tuple[str, int | None]]) -> None:
        if self.type == "Evidence":
            outcomes = (*self.search.outcomes, frozenset(some))
            self.search = replace(self.search, outcomes=outcomes)

    def _trials(self, value: str, found: set[str]) -> None:
        if not found:
            self.notes.append(f"{NO_TRIAL}{value[:100]}.")
        self._leave("ids", found)

    def _listed(self, **asked: Any) -> list[str]:
        """The ids of trials that a filter of the list of trials leaves."""
        bound = bound_to(self.session.dialect, asked)
        select = TRIALS.ids(frozenset(asked))
        return [id_ for (id_,) in self.session.found(select, **bound)]

    def _coded(self, codes: list[str], *, with_products: bool = False) -> list[str]:
        """The drugs that have one of these codes, a form, a product or a label of which has it."""
        if not codes:
            return []
        bound = bound_to(self.session.dialect, {"code": asked_of(*codes)})
        keys = {key for code in codes for key in keys_of(code)}
        found = []
        for _, key, drug, _, _, _, product, _ in self.session.found(LED_TO, **bound):
            if key in keys:
                found.append(product if product and with_products else drug)
        return [each for each in dict.fromkeys(found) if each]


def _outcome_of(identifier: str) -> tuple[str, int | None]:
    """The trial and the number that the identifier of an outcome has; None of a trial's own."""
    trial, mark, number = identifier.partition(OUTCOME)
    is_number = mark and number.isascii() and number.isdigit()
    return (trial, int(number)) if is_number else (identifier, None)


def _is_of(token: Token, system: str) -> bool:
    """Whether a token names no system, or one of FHIR's own."""
    return token.system in (None, f"http://hl7.org/fhir/{system}")


def _condition_keys(token: Token) -> list[str]:
    if token.system is None:
        return [f"{name}:{token.code}" for name in CONDITION_SYSTEMS.values()]
    name = CONDITION_SYSTEMS.get(token.system.rstrip("/"))
    return [f"{name}:{token.code}"] if name else []


HANDLERS: dict[str, Callable[[Narrowing, str], None]] = {
    "_id": Narrowing.by_id,
    "code": Narrowing.by_code,
    "context": Narrowing.by_context,
    "identifier": Narrowing.by_identifier,
    "status": Narrowing.by_status,
    "subject": Narrowing.by_subject,
    "type": Narrowing.by_type,
}
"""What each search parameter does, for each time that it is given."""


def narrowed(session: ReadSession, type_: str, params: ResultParams, base: str) -> Narrowing:
    """What a search leaves."""
    narrowing = Narrowing(session, type_, base, Search(KINDS[type_]))
    for name, handle in HANDLERS.items():
        for value in values_of(params, name):
            handle(narrowing, value)
    return narrowing


def silence(narrowing: Narrowing) -> str | None:
    """What an empty answer does not mean, where nothing was said of it yet."""
    search = narrowing.search
    if (
        not narrowing.notes
        and narrowing.type == "Evidence"
        and search.ids
        and not _is_numbered(search)
    ):
        return NOT_REPORTED
    if narrowing.notes or narrowing.type != "ClinicalUseDefinition":
        return None if narrowing.notes else NOT_ALL
    if not search.drugs or search.ids is not None or not search.types:
        return NOT_ALL
    kinds = ("indications", "warnings") if INDICATION in search.types else ("warnings",)
    said = []
    for drug in narrowing.session.records(["drugs"], sorted(search.drugs)).values():
        for kind in kinds:
            coverage = drug["coverage"][kind]
            titles = ", ".join(each["title"] for each in coverage["sources"]) or "none"
            status = coverage["status"].replace("_", " ")
            said.append(f"{kind} of {drug['name']}: {status}, sources: {titles}")
    return (
        "Nothing of this is stated in what was searched, which does not mean that there is "
        f"nothing: {'; '.join(said)}."
    )


def _is_numbered(search: Search) -> bool:
    return any(number is not None for some in search.outcomes for _, number in some)


# Records in order


@dataclass(frozen=True)
class Listed:
    """Records in order, each with its place, and how many a search leaves in all."""

    found: list[tuple[FoundRecord, Place]]
    total: int


def read_records(session: ReadSession, search: Search, after: Place, most: int) -> Listed:
    """The first records behind a place that a search leaves."""
    shape = (search.ids is not None, search.drugs is not None, bool(after))
    select = _select(search.kinds, *shape, search.types)
    bound = search.bound(session.dialect) | {f"after_{i}": p for i, p in enumerate(after)}
    rows = session.rows(select, **bound, page_size=most)
    found = []
    for row in rows:
        if row[1] is not None:
            place, kind, id_ = row[1 : 1 + search.keys], row[1], row[search.keys]
            record = from_json(verified(kind, id_, *row[1 + search.keys :]))
            found.append((FoundRecord(kind, id_, record), place))
    return Listed(found, rows[0][0] or 0)


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
        left = left.where(_is_of_types(keys[0], keys[-1], types, of_few=has_ids or has_drugs))
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


def _is_of_types(
    kind: Any, id_: Any, types: frozenset[str], *, of_few: bool
) -> sa.ColumnElement[bool]:
    """That a fact is of one of these types of ClinicalUseDefinition.

    Of few facts each is looked up; of all of them, those of the types are.
    """

    def is_among(found: sa.Select[Any]) -> sa.ColumnElement[bool]:
        [own] = found.selected_columns
        return sa.exists(found.where(own == id_)) if of_few else id_.in_(found)

    against = col(Indication.status).in_([sa.literal(each.value) for each in sorted(AGAINST)])
    of_uses: dict[str, Any] = {INDICATION: sa.not_(against), WarningType.WARNING: against}
    uses = sa.select(col(Indication.id)).where(
        sa.or_(sa.false(), *(of_uses[each] for each in sorted(types & set(of_uses))))
    )
    warned: list[Any] = [
        sa.literal_column(f"'{each}'") for each in sorted(types & set(WarningType))
    ]
    warnings = sa.select(col(WarningRow.id)).where(col(WarningRow.type).in_(warned))
    matching = []
    if types & set(of_uses):
        matching.append(sa.and_(kind == sa.literal_column("'indications'"), is_among(uses)))
    if warned:
        matching.append(sa.and_(kind == sa.literal_column("'warnings'"), is_among(warnings)))
    return sa.or_(*matching) if matching else sa.false()
