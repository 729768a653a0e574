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
LONGEST_PASSAGE = 2500
MOST_PASSAGES = 4
"""Passages of one card; its link leads to all."""

MOST_LINES = 30
"""Lines of what is only named, or was not checked."""

SHORT_STATEMENT = 1000
"""Letters of a statement up to which it is quoted whole, where a sentence of it names a drug."""

BESIDE = 400
"""Letters before a sentence and behind it from which whole sentences are quoted with it: they often
say of what it speaks, the contrary, or what to do."""

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
MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~&]")
LINE_BEGINNING = re.compile(r"\d{0,9}(?=[-+=.)](?:\s|=|$))")
"""What Markdown reads as a sign anywhere, and only where a line begins."""

WARNING_PREFIX = re.compile(r"(boxed )?warnings?\b[:\s]*", re.IGNORECASE)


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
        """Whose label names whom, in which part of it; of a class what the label calls it."""
        return self._said()

    def summary(self, others: int) -> str:
        """The same as a card's summary, and how many others it has; long names are shortened."""
        more = f"; {others} more in the details" if others else ""
        longest = LONGEST_SUMMARY
        while len(text := f"The {self._said(longest)}{more}") > LONGEST_SUMMARY:
            longest = min(longest, len(text)) - 4
        return text

    def _said(self, longest: int = LONGEST_SUMMARY) -> str:
        names = self.passage["names"]
        called = _cut(self.named, longest)
        if all(each["how"] == MentionedBy.CLASS for each in names):
            called = f"{_cut(' '.join(names[0]['text'].split()), longest)}, a class of {called}"
        part = self.part.replace("_", " ")
        return f"label of {_cut(self.labels_of, longest)} names {called} ({part})"


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

    @property
    def text(self) -> str:
        """The sentences."""
        return f"{CUT} ".join(self.statement[begin:end] for begin, end in self.spans)

    def markdown(self) -> str:
        """The quote, whose label it is of, and whom it names."""
        text = f"{CUT[1:]} " * (self.spans[0][0] > 0) + self.text
        text += CUT * (self.spans[-1][1] < len(self.statement))
        said = dict.fromkeys(each.said for each in self.namings)
        return _passage(text, self.first.passage, self.first.passage["labels"], said)


def _around(statement: str, start: int, end: int) -> tuple[int, int]:
    """From where to where a sentence is quoted, with those beside it."""
    if len(statement) <= SHORT_STATEMENT:
        return 0, len(statement)
    begin, finish = start, end
    if start <= BESIDE:
        begin = 0
    elif before := next(SENTENCE_END.finditer(statement, start - BESIDE, start), None):
        begin = before.end()
    if end + BESIDE >= len(statement):
        finish = len(statement)
    elif behind := list(SENTENCE_END.finditer(statement, end, end + BESIDE)):
        finish = behind[-1].start()
    return begin, finish


@dataclass
class Cards:
    """The cards of one answer."""

    address: str
    """Where this server is reached, for links and systems of codes."""
    instance: UUID
    """The call that they answer: their ids follow from it."""
    made: list[Row] = field(default_factory=list)
    _whole: dict[str, tuple[int, Row]] = field(default_factory=dict)
    """Facts that a card of their own shows: how many letters of them, and the card."""
    _texts: list[str] = field(default_factory=list)
    """The letters of the passages that are quoted."""
    _shown: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """From where to where facts are quoted that name another drug."""

    def add_facts(self, type_: CardType, drug: tuple[str, str], facts: list[Row]) -> None:
        """A card of a drug's boxed warnings or contraindications, the newest first."""
        quoted_facts: list[Row] = []
        passages: list[str] = []
        letters: list[int] = []
        left = 0
        # Within a label, and so within a date, they are in its order.
        for fact in sorted(facts, key=_date_of, reverse=True):
            said = fact["summary"] or fact["statement"]
            text = _sentences(said, LONGEST_PASSAGE)
            if len(quoted_facts) == MOST_PASSAGES:
                left += 1
                continue
            if not self._is_new(text):
                continue
            is_cut = len(text) < len(said)
            cut = [f"the first {len(text):,} of {len(said):,} letters"] if is_cut else []
            passages.append(_passage(f"{text}{CUT * is_cut}", fact, fact["labels"], cut))
            quoted_facts.append(fact)
            # A name behind the cut is still to be reported.
            letters.append(0 if fact["summary"] else len(text))
        if not quoted_facts:
            return
        id_, name = drug
        about = _heading(quoted_facts[0], type_)
        severities = {fact["severity"] for fact in facts}
        indicator = Severity.WARNING if type_ is CardType.BOXED_WARNING else Severity.INFO
        if Severity.CRITICAL in severities:
            indicator = Severity.CRITICAL
        card = self._add(
            type_,
            f"{name}: {TOPICS[type_].lower()}{f': {about}' if about else ''}",
            [*passages, *_more(left)],
            indicator,
            quoted_facts[0]["citations"][0],
            f"/browse/drugs/{id_}#{quoted_facts[0]['id']}",
        )
        for fact, shown in zip(quoted_facts, letters, strict=True):
            self._whole[fact["id"]] = shown, card

    def _is_new(self, passage: str) -> bool:
        """Whether none that is quoted already has all that a passage says, which now is quoted."""
        letters = passage.replace(" ", "").replace("\n", "")
        if any(letters in text for text in self._texts):
            return False
        self._texts.append(letters)
        return True

    def add_namings(self, drug: str, namings: list[Naming], statements: dict[str, str]) -> None:
        """A card of a drug and of those that its labels name, or whose labels name it.

        What a card of this answer shows already is not quoted again, nor what `statements`, of
        facts by their ids, do not have: it is listed. What a card of boxed warnings or
        contraindications shows is listed there.
        """
        told = []
        for naming in in_order(namings):
            card = self._shown_whole(naming)
            if card is None:
                told.append(naming)
            elif (line := f"- {_escaped(naming.said)}") not in card["detail"]:
                is_listed = card["detail"].rpartition("\n")[2].startswith("- ")
                card["detail"] += ("\n" if is_listed else "\n\n") + line
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
        for fact, each in list(quotes.items()):
            self._shown.setdefault(fact, []).extend(each.spans)
            if not self._is_new(each.text):
                listed += [f"{naming.said}: a passage that is quoted" for naming in each.namings]
                del quotes[fact]
        if listed:
            lines = [f"- {_escaped(each)}" for each in listed[:MOST_LINES]]
            listed = ["\n".join([*lines, *_more(len(listed) - MOST_LINES)])]
        first = told[0]
        others = dict.fromkeys(each.other for each in told)
        self._add(
            CardType.INTERACTION,
            first.summary(len(told) - 1),
            [*(each.markdown() for each in quotes.values()), *listed],
            Severity.WARNING if first.part == "boxed_warning" else Severity.INFO,
            first.passage["citations"][0],
            f"/browse/interactions?drugs={','.join([drug, *others][:MOST])}",
        )

    def _shown_whole(self, naming: Naming) -> Row | None:
        """The card of boxed warnings or contraindications that shows all of a naming."""
        for fact, _, end in naming.places:
            letters, card = self._whole.get(fact, (0, None))
            if card is not None and end <= letters:
                return card
        return None

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
    ) -> Row:
        source = citation["source"]
        url = citation["url"] or source["url"]
        return self._append(
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

    def _append(self, type_: CardType, card: Row) -> Row:
        topic = {"code": type_.value, "system": self._system("topics"), "display": TOPICS[type_]}
        card["source"]["topic"] = topic
        number = len(self.made)
        made = {"uuid": str(uuid5(self.instance, f"{number}")), **card}
        self.made.append(made)
        return made

    def _system(self, of: str) -> str:
        return f"{self.address}/cds-services/CodeSystem/{of}"


def _heading(fact: Row, type_: CardType) -> str:
    """What a fact's section is headed, where that says more than the card's type."""
    section = fact["section"]
    heading: str = section["heading"] or "" if section else ""
    if type_ is CardType.BOXED_WARNING and (said := WARNING_PREFIX.match(heading)):
        heading = heading[said.end() :]
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
            escaped = _escaped(" ".join(line.split()))
            if sign := LINE_BEGINNING.match(escaped):
                escaped = f"{escaped[: sign.end()]}\\{escaped[sign.end() :]}"
            yield escaped


def _escaped(text: str) -> str:
    return MARKDOWN.sub(lambda found: f"\\{found[0]}", text)


def _sentences(text: str, length: int) -> str:
    """The first sentences of a text, as many as have room; of a longer one its first words."""
    if len(text) <= length:
        return text
    end = max(text.rfind(f"{sign} ", 0, length) for sign in ".!?;")
    return text[: end + 1] if end > 0 else text[:length].rsplit(" ", 1)[0]


def _date_of(fact: Row) -> str:
    return str(fact["citations"][0]["date"] or "")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 2].rsplit(" ", 1)[0] + CUT
