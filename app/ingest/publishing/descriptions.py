"""Drugs as their records describe them: names, identifiers, classes, approvals, coverage.

What several records say alike is said once; of each source the first record that says it is cited.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from app.documents.compression import decompress
from app.documents.records import Passage, RecordLinks, UncitedError, passages
from app.ingest.bulk_insert import IN_ONE, among, chunks, select_in
from app.ingest.publishing.comparing import Compared
from app.ingest.publishing.label_copies import other_copies
from app.ingest.publishing.references import SEED
from app.ingest.resolution.aliases import NAMED_BY
from app.ingest.resolution.resolver import Identifier, ResolvedDrug, is_a_brand, is_its_salt
from app.models.base import Row, table_of
from app.models.discrepancy import Discrepancy
from app.models.drug import NameType
from app.models.fact import MatchedBy
from app.models.source_record import RecordSubstance, SourceRecord, SourceState, SourceSubstance
from app.names.normalization import MARKS, normalized
from app.names.qualifiers import without_salt
from app.names.slugs import slug

NAMES_OF_ITS_OWN = frozenset({MatchedBy.ITSELF, MatchedBy.IDENTIFIER, MatchedBy.NAME})
"""How a substance was matched if what it is called is what the drug is called."""


@dataclass(slots=True)
class Account:
    """What one record says of a drug."""

    source_id: str
    record_id: str
    matched_by: str
    said: Row
    label: bytes | None
    """What is stored of the record, compressed, if it is a label: what that says of itself takes
    no memory until the label is made."""
    products: bytes | None
    """The same, if it is one of products."""
    position: int
    name: str
    form_id: str | None
    fact_slug: str
    read_as_of: str
    role: str | None = None
    """What the drug is for in a trial: see `app.models.trial.DrugRole`."""

    @property
    def locator(self) -> str:
        """What the record is called in citations; the seed cites for itself."""
        return str(self.said.get("locator", ""))

    @property
    def precedence(self) -> str:
        """Where several labels state the same, the wording of the highest is served; "" for what is
        no label."""
        return str(self.said.get("precedence", ""))

    @property
    def routes(self) -> str | None:
        """For which routes a label is."""
        routes: str | None = self.said.get("routes")
        return routes

    @property
    def has_statements(self) -> bool:
        """Whether the record was read for facts, or is a label, whose texts are statements too."""
        return bool(self.said.get("kinds") or self.said.get("coverage") or self.label)


@dataclass(slots=True)
class Description:
    """A drug as its records describe it, before its facts are counted.

    `coverage` has, for each kind of fact and source, whether it claims to hold every such fact, and
    when it was read. `accounts` are by source and record.
    """

    drug: ResolvedDrug
    record: Row
    coverage: dict[tuple[str, str], tuple[bool, str]]
    compared: Compared
    accounts: dict[tuple[str, str], Account]
    leading: dict[Identifier, str]
    """Identifiers of a brand, or of what it is a combination of, each with its name."""

    @property
    def of_several_sources(self) -> bool:
        """Whether there are two sources that could disagree."""
        return len({source for source, _ in self.accounts}) > 1


Said = dict[Any, tuple[Row, list[Passage]]]
"""What is said, each with the passages that say it."""


def describe_drugs(
    connection: sa.Connection,
    links: RecordLinks,
    order: Sequence[str],
    drugs: Iterable[ResolvedDrug],
    ambiguous: Mapping[Identifier, list[str]],
) -> dict[str, Description]:
    """What the records say of drugs, by the drugs' ids; identifiers that are ambiguous are none's.

    `order` says which source's spelling comes first.
    """
    rank = {source: i for i, source in enumerate(order)}
    states = connection.execute(sa.select(_state.id, _state.as_of, _state.complete)).all()
    read = {id_: (as_of, complete or "") for id_, as_of, complete in states}
    described = {}
    for chunk in chunks(sorted(drugs, key=lambda drug: drug.id), IN_ONE):
        by_drug: dict[str, list[Account]] = defaultdict(list)
        ids = [drug.id for drug in chunk]
        for drug_id, matched_by, body, source, record, *rest in select_in(
            connection, ACCOUNTS, ids
        ):
            said = from_json(decompress(body))
            label = body if said.pop("label", None) else None
            products = body if said.pop("products", None) else None
            account = Account(source, record, matched_by, said, label, products, *rest)
            by_drug[drug_id].append(account)
        _leave_copies(connection, by_drug)
        for drug in chunk:
            accounts = by_drug[drug.id]
            accounts.sort(key=lambda a: (rank[a.source_id], a.record_id, a.position))
            described[drug.id] = _described(links, read, drug, accounts, ambiguous)
    return described


def _leave_copies(connection: sa.Connection, by_drug: Mapping[str, list[Account]]) -> None:
    """Have what is but a copy of another source's label be none."""
    labels = [account for of in by_drug.values() for account in of if account.label]
    copies = other_copies(connection, {account.record_id for account in labels})
    for account in labels:
        if (account.source_id, account.record_id) in copies:
            account.label = None
            for what in ("kinds", "precedence", "routes"):
                account.said.pop(what, None)


def _described(
    links: RecordLinks,
    read: Mapping[str, tuple[str, str]],
    drug: ResolvedDrug,
    accounts: list[Account],
    ambiguous: Mapping[Identifier, list[str]],
) -> Description:
    compared = Compared()
    are_several = len({account.source_id for account in accounts}) > 1
    names: Said = {}
    identifiers: Said = {}
    classes: Said = {}
    approvals: Said = {}
    statuses: Said = {}
    ingredients: list[Row] = []
    of_forms: dict[str, Said] = {form.id: {} for form in drug.forms}
    cited_forms: dict[str, list[Passage]] = {form.id: [] for form in drug.forms}
    leading: dict[Identifier, str] = {}
    coverage: dict[tuple[str, str], tuple[bool, str]] = {}
    description: str | None = None
    cite: Mapping[str, list[str]] | None = None
    for account in accounts:
        said, source = account.said, account.source_id
        read_on = _read_on(account, read[source])
        own = [Passage(source, account.locator)] if account.locator else []
        is_radiolabelled = account.matched_by == MatchedBy.RADIOLABELLED
        is_its_name = account.matched_by in NAMES_OF_ITS_OWN
        for system, value, name in said.get("leading", ()):
            leading.setdefault((system, value), name)
        if not is_radiolabelled:  # its names and identifiers are of what was made of the drug
            for name, type_, *cited in said.get("names", ()):
                if type_ == NameType.BRAND and not is_a_brand(name, drug.name):
                    continue
                is_form = account.matched_by == MatchedBy.FORM and type_ != NameType.BRAND
                if (
                    is_its_name
                    or is_form
                    or type_ == NameType.BRAND
                    or _names_all_of(account, name)
                ):
                    entry = {"name": name, "type": NameType.FORM.value if is_form else type_}
                    _say(names, _spelling(name), entry, passages(*cited) if cited else own)
            for status, *cited in said.get("statuses", ()):
                _say(statuses, status, {"status": status}, passages(*cited) if cited else own)
        if account.form_id in of_forms:
            sources = {passage.source for passage in cited_forms[account.form_id]}
            cited_forms[account.form_id] += [p for p in own if p.source not in sources]
            for system, value, *cited in said.get("identifiers", ()):
                entry, where = (
                    {"system": system, "value": value},
                    passages(*cited) if cited else own,
                )
                _say(of_forms[account.form_id], (system, value), entry, where)
        elif is_its_name and not is_its_salt(account.matched_by, account.name, drug.name):
            for system, value, *cited in said.get("identifiers", ()):
                if (system, value) not in ambiguous:
                    where = passages(*cited) if cited else own
                    entry = {"system": system, "value": value}
                    _say(identifiers, (system, value), entry, where)
                    if are_several:
                        compared.identifiers[system][value].append((source, where[0]))
        for name, type_, *cited in said.get("classes", ()):
            entry = {"id": slug(name), "name": name, "type": type_}
            if cited:
                entry["id"] = cited.pop(0)
            _say(classes, (entry["id"], type_), entry, passages(*cited) if cited else own)
        for approval in said.get("approvals", ()):
            where = passages(approval.get("cite")) or own
            name = approval["name"]
            key = (
                approval["authority"],
                approval["jurisdiction"],
                approval["application_number"],
                approval["date"],
                normalized(name) if name else None,
            )
            _say(approvals, key, approval, where)
            if are_several and approval["application_number"] and approval["date"]:
                compared.approvals[approval["application_number"]][approval["date"]].append(
                    (source, where[0])
                )
        for kind in said.get("kinds", ()):
            known = coverage.get((kind, source), (False, ""))[1]
            coverage[kind, source] = (False, max(known, read_on))
        for kind, of_source, complete, as_of in said.get("coverage", ()):
            coverage[kind, of_source] = (complete, as_of)
        if description is None and said.get("description"):
            description, cite = said["description"], said["cite"]
        for item in said.get("ingredients", ()):
            cited = links.cited(item["cite"])
            ingredients.append({"name": item["name"], "drug": item["drug"], "citations": cited})
        if drug.ingredients and not ingredients:
            cited = links.citations(own)
            ingredients = [
                {"name": ingredient.name, "drug": ingredient.drug_id, "citations": cited}
                for ingredient in drug.ingredients
            ]
    if _spelling(drug.name) not in names:
        _say_moiety(drug, accounts, names, identifiers, ambiguous)
    _join_undated(approvals)
    named = _cited(links, ("name", "type"), names)
    if drug.ingredients and _spelling(drug.name) not in names:
        cited = ingredients[0]["citations"]
        named.insert(0, {"name": drug.name, "type": NameType.GENERIC.value, "citations": cited})
    for account in accounts if are_several else ():
        if account.source_id != SEED:  # which says itself how far it was searched
            read_on = _read_on(account, read[account.source_id])
            coverage.setdefault((Discrepancy.kind_name, account.source_id), (False, read_on))
    record = {
        "id": drug.id,
        "name": drug.name,
        "description": description,
        "names": named,
        "identifiers": _cited(links, ("system", "value"), identifiers),
        "classes": _cited(links, ("id", "name", "type"), classes),
        "approvals": _cited(
            links, ("authority", "jurisdiction", "date", "application_number", "name"), approvals
        ),
        "statuses": _cited(links, ("status",), statuses),
        "ingredients": ingredients,
        "forms": [
            {
                "id": form.id,
                "name": form.name,
                "identifiers": _cited(links, ("system", "value"), of_forms[form.id]),
                "citations": links.citations(cited_forms[form.id]),
            }
            for form in drug.forms
        ],
        "citations": links.cited(cite),
    }
    # Of a trial with two interventions that are this drug, the first counts, with the role of all.
    by_record: dict[tuple[str, str], Account] = {}
    roles: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for account in accounts:
        record_key = (account.source_id, account.record_id)
        by_record.setdefault(record_key, account)
        roles[record_key].update(account.said.get("roles", ())[account.position :][:1])
    for record_key, account in by_record.items():
        said_roles = roles[record_key]
        account.role = said_roles.pop() if len(said_roles) == 1 else None
    return Description(drug, record, coverage, compared, by_record, leading)


def _say_moiety(
    drug: ResolvedDrug,
    accounts: Iterable[Account],
    names: Said,
    identifiers: Said,
    ambiguous: Mapping[Identifier, list[str]],
) -> None:
    """Have a drug that labels name only as the active moiety of its forms called and identified as
    they do."""
    for account in accounts:
        name, identifier = account.said.get("moiety") or ("", None)
        if account.matched_by != MatchedBy.FORM or normalized(name) != normalized(drug.name):
            continue
        own = [Passage(account.source_id, account.locator)]
        _say(names, _spelling(name), {"name": name, "type": NameType.GENERIC.value}, own)
        if identifier and tuple(identifier) not in ambiguous:
            system, value = identifier
            _say(identifiers, (system, value), {"system": system, "value": value}, own)


def _cited(links: RecordLinks, fields: tuple[str, ...], said: Said) -> list[Row]:
    """What is said, as it is served."""
    served = []
    before, citations = None, []
    for entry, where in said.values():
        if where is not before:  # most rest on the same passage of the same record
            if not where:
                raise UncitedError(f"{entry} cites nothing")
            before, citations = where, links.citations(where)
        item = {name: entry[name] for name in fields}
        item["citations"] = citations
        served.append(item)
    return served


def _join_undated(approvals: Said) -> None:
    """Let who only names an application be cited for the approval that others date or name."""
    known: dict[tuple[str, str, str], Any] = {}
    for key in approvals:
        authority, jurisdiction, number, date, name = key
        if number and (date or name):
            known.setdefault((authority, jurisdiction, number), key)
    for key in [key for key in approvals if not (key[3] or key[4])]:
        if (same := known.get(key[:3])) is not None:
            entry, cited = approvals.pop(key)
            _say(approvals, same, entry, cited)


def _read_on(account: Account, read: tuple[str, str]) -> str:
    """The day on which a source was last read for what a record says."""
    as_of, complete = read
    return max(account.read_as_of or as_of, complete)


def _spelling(name: str) -> str:
    """A name by which others are the same: but for case, blanks and the marks of a trade name.

    Accents count: a source is never cited for a name with accents that it writes without.
    """
    return " ".join(MARKS.sub("", name).casefold().split())


def _names_all_of(account: Account, name: str) -> bool:
    """Whether a combination's name, as a record has it, names each of its ingredients."""
    if account.matched_by != MatchedBy.INGREDIENTS:
        return False
    said, made_of = normalized(name), map(normalized, account.name.split("; "))
    return all(any(n in said for n in (one, *without_salt(one))) for one in made_of)


def _say(said: Said, key: Any, entry: Row, where: list[Passage]) -> None:
    """Note what a record says; of each source the first that says it is cited."""
    if key not in said:
        said[key] = (entry, where)
        return
    first, cited = said[key]
    sources = {passage.source for passage in cited}
    if further := [passage for passage in where if passage.source not in sources]:
        said[key] = (first, cited + further)


_substance = table_of(SourceSubstance).c
_link = table_of(RecordSubstance).c
_record = table_of(SourceRecord).c
_state = table_of(SourceState).c

ACCOUNTS = (
    sa.select(
        _substance.drug_id,
        _substance.matched_by,
        _record.body,
        _substance.source_id,
        _record.id,
        _link.position,
        _substance.name,
        _substance.form_id,
        _substance.fact_slug,
        _record.as_of,
    )
    .join_from(table_of(SourceSubstance), table_of(RecordSubstance), NAMED_BY)
    .join(
        table_of(SourceRecord),
        sa.and_(_record.source_id == _link.source_id, _record.id == _link.record_id),
    )
    .where(among(_substance.drug_id))
)
