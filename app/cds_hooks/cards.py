"""Cards: few, each in a label's own words, and no passage twice.

A card has no severity that no source gives: `warning` is a boxed warning, all else is `info`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid5

from app.api.interactions import MOST
from app.documents.interaction_records import ORDER
from app.models.base import Row
from app.models.warning import Severity

LONGEST_SUMMARY = 139
LONGEST_PASSAGE = 1500
MOST_PASSAGES = 4
"""Passages of one card; its link leads to all."""


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

MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass
class Cards:
    """The cards of one answer."""

    address: str
    """Where this server is reached, for links and systems of codes."""
    instance: UUID
    """The call that they answer: their ids follow from it."""
    made: list[Row] = field(default_factory=list)
    _told: set[tuple[str, str]] = field(default_factory=set)
    """The passages that are told, by the fact and the sentence; a whole fact has no sentence."""

    def add_facts(self, type_: CardType, drug: tuple[str, str], facts: list[Row]) -> None:
        """A card of a drug's boxed warnings or contraindications, in their order."""
        told = [fact for fact in facts if (fact["id"], "") not in self._told]
        if not told:
            return
        self._told |= {(fact["id"], "") for fact in told}
        id_, name = drug
        about = _heading(told[0])
        severities = {fact["severity"] for fact in told}
        indicator = Severity.WARNING if type_ is CardType.BOXED_WARNING else Severity.INFO
        if Severity.CRITICAL in severities:
            indicator = Severity.CRITICAL
        passages = [
            _passage(fact["summary"] or fact["statement"], fact, fact["labels"])
            for fact in told[:MOST_PASSAGES]
        ]
        self._add(
            type_,
            f"{name}: {TOPICS[type_].lower()}{f': {about}' if about else ''}",
            passages,
            indicator,
            told[0]["citations"][0],
            f"/browse/drugs/{id_}#{told[0]['id']}",
            len(told) - MOST_PASSAGES,
        )

    def add_pairs(
        self, drug: str, pairs: Iterable[tuple[str, Row]], called: dict[str, str]
    ) -> None:
        """A card of what the labels of a drug and of others say of each other, if they do: of each
        other drug the first passage, those of parts that matter more before the rest."""
        said: dict[str, tuple[Row, Row]] = {}
        for other, pair in pairs:
            ways = [(way, passage) for way in pair["directions"] for passage in way["passages"]]
            for way, passage in sorted(ways, key=lambda each: ORDER[each[1]["part"]]):
                if passage["part"] in PARTS and other not in said and self._is_new(passage):
                    said[other] = way, passage
        if not said:
            return
        in_order = sorted(said, key=lambda other: ORDER[said[other][1]["part"]])
        way, first = said[in_order[0]]
        names = f"{called[way['labels_of']['id']]} names {called[way['named']['id']]}"
        more = f", and of {len(said) - 1} more" if len(said) > 1 else ""
        self._add(
            CardType.INTERACTION,
            f"The label of {names} ({first['part'].replace('_', ' ')}){more}",
            [
                _passage(each["sentence"], each, each["labels"], called[way["labels_of"]["id"]])
                for way, each in (said[other] for other in in_order[:MOST_PASSAGES])
            ],
            Severity.WARNING if first["part"] == "boxed_warning" else Severity.INFO,
            first["citations"][0],
            f"/browse/interactions?drugs={','.join([drug, *in_order][:MOST])}",
            len(said) - MOST_PASSAGES,
        )

    def _is_new(self, passage: Row) -> bool:
        """Whether a passage was not told before; it is now."""
        key = passage["facts"][0]["id"], passage["sentence"]
        if key in self._told or any((each["id"], "") in self._told for each in passage["facts"]):
            return False
        self._told.add(key)
        return True

    def add_not_checked(self, names: Iterable[str], reasons: Iterable[str]) -> None:
        """The one card of what could not be checked, if there is anything."""
        unknown = list(dict.fromkeys(names))
        lines = [f"- {_escaped(name[:100])}: which drug it is, is not sure" for name in unknown]
        lines += [f"- {reason}" for reason in reasons]
        if not lines:
            return
        link = {"label": "Find a drug", "url": f"{self.address}/browse", "type": "absolute"}
        self._append(
            CardType.NOT_CHECKED,
            {
                "summary": f"Medfacts did not check everything: {len(lines)} not checked",
                "indicator": Severity.INFO.value,
                "detail": "\n".join(lines),
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
        more: int,
    ) -> None:
        if more > 0:
            passages = [*passages, f"{more} more passages are behind the link."]
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


def _heading(fact: Row) -> str:
    section = fact["section"]
    return section["heading"] or "" if section else ""


def _passage(text: str, of: Row, labels: Row | None, called: str | None = None) -> str:
    """A passage in Markdown, in which its text stays text, and where it stands."""
    quoted = "\n".join(f"> {line}" for line in _lines(_cut(text, LONGEST_PASSAGE)))
    section, citation = of["section"], of["citations"][0]
    where = [f"label of {called}"] if called else []
    if section:
        number = f"{section['number']} " if section["number"] else ""
        where.append(f"section {number}{section['heading'] or section['name']}")
    if citation["date"]:
        where.append(citation["date"])
    if labels:
        where.append(f"{labels['stating']} of {labels['of']} labels")
    place = _escaped(", ".join([citation["source"]["title"], *where]))
    return f"{quoted}\n\n{place}"


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip():
            yield _escaped(" ".join(line.split()))


def _escaped(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", text)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 2].rsplit(" ", 1)[0] + " \u2026"
