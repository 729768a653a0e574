"""Cards: few, each in a label's own words, and no passage twice.

A card has no severity that no source gives: `warning` is a boxed warning, all else is `info`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import quote
from uuid import UUID, uuid5

from app.api.interactions import MOST
from app.documents.interaction_records import ORDER, MentionedBy
from app.models.base import Row
from app.models.warning import Severity

LONGEST_SUMMARY = 139
LONGEST_PASSAGE = 1500
MOST_PASSAGES = 4
"""Passages of one card; its link leads to all."""

MOST_LINES = 30
"""Lines of what is only named, or was not checked."""

SHORT_STATEMENT = 1000
"""Letters of a statement up to which it is quoted whole, where a sentence of it names a drug."""

AFTER = 400
"""Letters behind a sentence that are quoted with it: the next often says the contrary, or what to
do."""

CUT = " \u2026"


class CardType(StrEnum):
    """What a card is about."""

    BOXED_WARNING = "boxed-warning"
    CONTRAINDICATION = "contraindication"
    INTERACTION = "interaction"
    NOT_CHECKED = "not-checked"


TOPICS = {
    CardType.BOXED_WARNING: "Boxed warning",
    CardType.CONTRAINDICATION: "Contraindications",
    CardType.INTERACTION: "Labels that name another drug",
    CardType.NOT_CHECKED: "Not checked",
}

REASONS = {
    "benefit-outweighs-risk": "The benefit outweighs the risk",
    "will-monitor": "The patient will be monitored",
    "tolerated-before": "The patient has tolerated it before",
    "does-not-apply": "It does not apply to this patient",
}
"""Reasons to go on, by their codes."""

PARTS = frozenset(("boxed_warning", "contraindications", "warnings", "interactions"))
"""The parts of labels of which a card tells: a name in a table of adverse reactions is none."""

SENTENCE_END = re.compile(r"(?<=[.!?;]) +")
MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~]")


@dataclass(frozen=True)
class Naming:
    """That labels of one drug name another: of the passages that do, those of the first fact."""

    other: str
    """The id of the drug beside the one that the card is of."""
    labels_of: str
    named: str
    """What the two are called."""
    passages: list[Row]

    @classmethod
    def of(cls, other: str, labels_of: str, named: str, passages: list[Row]) -> Self | None:
        """The first that labels say, in the order of their parts; None if they do not."""
        passages = [each for each in passages if each["part"] in PARTS]
        if not passages:
            return None
        first = min(passages, key=lambda each: (ORDER[each["part"]], not each["reference"]))
        fact = first["facts"][0]["id"]
        same = [each for each in passages if each["facts"][0]["id"] == fact]
        return cls(other, labels_of, named, [first, *(each for each in same if each is not first)])

    @property
    def passage(self) -> Row:
        """The first passage."""
        return self.passages[0]

    @property
    def fact(self) -> str:
        """The id of the fact that it is quoted of."""
        return str(self.passage["facts"][0]["id"])

    @property
    def part(self) -> str:
        """The part of the label."""
        return str(self.passage["part"])

    @property
    def places(self) -> list[tuple[str, int, int]]:
        """The facts in which the first passage stands, each with from where to where."""
        return [(each["id"], each["start"], each["end"]) for each in self.passage["facts"]]

    @property
    def said(self) -> str:
        """Whose label names whom; of a class what the label calls it."""
        named, names = self.named, self.passage["names"]
        if all(each["how"] == MentionedBy.CLASS for each in names):
            named = f"{' '.join(names[0]['text'].split())}, a class of {named}"
        return f"label of {self.labels_of} names {named} ({self.part.replace('_', ' ')})"


def in_order(namings: Iterable[Naming]) -> list[Naming]:
    """Namings in the order of labels' parts."""
    return sorted(namings, key=lambda each: ORDER[each.part])


def quoted(namings: Iterable[Naming]) -> list[str]:
    """The facts that a card of these quotes, by their ids."""
    return list(dict.fromkeys(each.fact for each in in_order(namings)))[:MOST_PASSAGES]


@dataclass
class _Quote:
    """What is quoted of a fact: the sentences that name drugs, and what stands behind them."""

    statement: str
    first: Naming
    spans: list[tuple[int, int]] = field(default_factory=list)
    namings: list[Naming] = field(default_factory=list)

    def add(self, naming: Naming) -> None:
        """Quote these sentences as well."""
        self.namings.append(naming)
        for each in naming.passages:
            place = each["facts"][0]
            self.spans.append(_around(self.statement, place["start"], place["end"]))
        merged: list[tuple[int, int]] = []
        for begin, end in sorted(self.spans):
            if merged and begin <= merged[-1][1] + 1:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((begin, end))
        self.spans = merged

    def markdown(self) -> str:
        """The quote, whose label it is of, and whom it names."""
        text = f"{CUT} ".join(self.statement[begin:end] for begin, end in self.spans)
        text = f"{CUT[1:]} " * (self.spans[0][0] > 0) + text
        text += CUT * (self.spans[-1][1] < len(self.statement))
        said = dict.fromkeys(each.said for each in self.namings)
        return _passage(text, self.first.passage, self.first.passage["labels"], said)


def _around(statement: str, start: int, end: int) -> tuple[int, int]:
    """From where to where a sentence is quoted, with those behind it."""
    if len(statement) <= SHORT_STATEMENT:
        return 0, len(statement)
    if end + AFTER >= len(statement):
        return start, len(statement)
    bounds = list(SENTENCE_END.finditer(statement, end, end + AFTER))
    return start, bounds[-1].start() if bounds else end


@dataclass
class Cards:
    """The cards of one answer."""

    address: str
    """Where this server is reached, for links and systems of codes."""
    instance: UUID
    """The call that they answer: their ids follow from it."""
    made: list[Row] = field(default_factory=list)
    _whole: dict[str, int] = field(default_factory=dict)
    """Facts that have a card of their own, and how many letters of them it shows."""
    _shown: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """From where to where facts are quoted that name another drug."""

    def add_facts(self, type_: CardType, drug: tuple[str, str], facts: list[Row]) -> None:
        """A card of a drug's boxed warnings or contraindications, in their order."""
        told = [fact for fact in facts if fact["id"] not in self._whole]
        if not told:
            return
        id_, name = drug
        about = _heading(told[0], type_)
        severities = {fact["severity"] for fact in told}
        indicator = Severity.WARNING if type_ is CardType.BOXED_WARNING else Severity.INFO
        if Severity.CRITICAL in severities:
            indicator = Severity.CRITICAL
        passages = []
        for fact in told[:MOST_PASSAGES]:
            text = _cut(fact["summary"] or fact["statement"], LONGEST_PASSAGE)
            passages.append(_passage(text, fact, fact["labels"]))
            # A name behind the cut is still to be told.
            shown = len(text) - 2 if text.endswith(CUT) else len(text)
            self._whole[fact["id"]] = 0 if fact["summary"] else shown
        if more := _more(len(told) - MOST_PASSAGES):
            passages.append(*more)
        self._add(
            type_,
            f"{name}: {TOPICS[type_].lower()}{f': {about}' if about else ''}",
            passages,
            indicator,
            told[0]["citations"][0],
            f"/browse/drugs/{id_}#{told[0]['id']}",
        )

    def add_namings(self, drug: str, namings: list[Naming], statements: dict[str, str]) -> None:
        """A card of a drug and of those that its labels name, or whose labels name it.

        What a card of this answer shows already is not quoted again, nor what `statements`, of
        facts by their ids, do not have: it is listed.
        """
        told = [each for each in in_order(namings) if not self._is_whole(each)]
        if not told:
            return
        quotes: dict[str, _Quote] = {}
        listed: list[str] = []
        for naming in told:
            if naming.fact not in quotes and self._is_shown(naming):
                listed.append(f"{naming.said}: a passage of another card")
            elif naming.fact not in statements:
                listed.append(naming.said)
            else:
                quotes.setdefault(naming.fact, _Quote(statements[naming.fact], naming)).add(naming)
        for fact, each in quotes.items():
            self._shown.setdefault(fact, []).extend(each.spans)
        if listed:
            lines = [f"- {_escaped(each)}" for each in listed[:MOST_LINES]]
            listed = ["\n".join([*lines, *_more(len(listed) - MOST_LINES)])]
        first = told[0]
        more = f"; {len(told) - 1} more in the details" if len(told) > 1 else ""
        others = dict.fromkeys(each.other for each in told)
        self._add(
            CardType.INTERACTION,
            f"The {first.said}{more}",
            [*(each.markdown() for each in quotes.values()), *listed],
            Severity.WARNING if first.part == "boxed_warning" else Severity.INFO,
            first.passage["citations"][0],
            f"/browse/interactions?drugs={','.join([drug, *others][:MOST])}",
        )

    def _is_whole(self, naming: Naming) -> bool:
        """Whether a card of boxed warnings or contraindications shows all of a naming."""
        return any(end <= self._whole.get(fact, 0) for fact, _, end in naming.places)

    def _is_shown(self, naming: Naming) -> bool:
        """Whether a passage of another card shows all of it."""
        return any(
            begin <= start and end <= finish
            for fact, start, end in naming.places
            for begin, finish in self._shown.get(fact, ())
        )

    def add_not_checked(self, names: Iterable[str], reasons: Iterable[str]) -> None:
        """The one card of what could not be checked, if there is anything."""
        unknown = list(dict.fromkeys(names))
        lines = [f"{name[:100]}: which drug it is, is not sure" for name in unknown]
        lines += reasons
        if not lines:
            return
        told = [f"- {_escaped(line)}" for line in lines[:MOST_LINES]]
        link = {"label": "Find a drug", "url": f"{self.address}/browse", "type": "absolute"}
        self._append(
            CardType.NOT_CHECKED,
            {
                "summary": f"Medfacts did not check everything: {len(lines)} not checked",
                "indicator": Severity.INFO.value,
                "detail": "\n".join([*told, *_more(len(lines) - MOST_LINES, "are not checked")]),
                "source": {"label": "Medfacts", "url": f"{self.address}/browse"},
                "links": [link],
            },
        )

    def _add(
        self,
        type_: CardType,
        summary: str,
        passages: list[str],
        indicator: Severity,
        citation: Row,
        path: str,
    ) -> None:
        source = citation["source"]
        url = citation["url"] or source["url"]
        self._append(
            type_,
            {
                "summary": _cut(summary, LONGEST_SUMMARY),
                "indicator": indicator.value,
                "detail": "\n\n".join(passages),
                "source": {"label": source["title"], "url": source["url"]},
                "links": [
                    {"label": "The label", "url": url, "type": "absolute"},
                    {"label": "Medfacts", "url": f"{self.address}{path}", "type": "absolute"},
                ],
                "overrideReasons": [
                    {"code": code, "system": self._system("override-reasons"), "display": display}
                    for code, display in REASONS.items()
                ],
            },
        )

    def _append(self, type_: CardType, card: Row) -> None:
        topic = {"code": type_.value, "system": self._system("topics"), "display": TOPICS[type_]}
        card["source"]["topic"] = topic
        number = len(self.made)
        self.made.append({"uuid": str(uuid5(self.instance, f"{number}")), **card})

    def _system(self, of: str) -> str:
        return f"{self.address}/cds-services/CodeSystem/{of}"


def _heading(fact: Row, type_: CardType) -> str:
    """What a fact's section is headed, where that says more than the card's type."""
    section = fact["section"]
    heading: str = section["heading"] or "" if section else ""
    return "" if heading.casefold() == TOPICS[type_].casefold() else heading


def _more(number: int, what: str = "are behind the link") -> list[str]:
    return [f"{number} more {what}."] if number > 0 else []


def _passage(text: str, of: Row, labels: Row | None, said: Iterable[str] = ()) -> str:
    """A passage in Markdown, in which its text stays text, and where it stands."""
    quoted = "\n".join(f"> {line}" for line in _lines(text))
    section, citation = of["section"], of["citations"][0]
    where = [*said, *_of_form(of)]
    if section:
        number = f"{section['number']} " if section["number"] else ""
        where.append(f"section {number}{section['heading'] or section['name']}")
    if citation["date"]:
        where.append(citation["date"])
    if labels:
        where.append(f"{labels['stating']} of {labels['of']} labels")
    url = quote(citation["url"] or citation["source"]["url"], safe=":/?&=#%+,;@~")
    source = f"[{_escaped(citation['source']['title'])}]({url})"
    return f"{quoted}\n\n{', '.join([source, *map(_escaped, where)])}"


def _of_form(fact: Row) -> Iterator[str]:
    """Of which form of the drug and route a label's passage is: an order may be of others."""
    if (substance := fact.get("substance")) and substance["form"]:
        yield f"label of {substance['name']}"
    if route := fact.get("route"):
        yield str(route)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip():
            yield _escaped(" ".join(line.split()))


def _escaped(text: str) -> str:
    return MARKDOWN.sub(lambda found: f"\\{found[0]}", text)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 2].rsplit(" ", 1)[0] + CUT
