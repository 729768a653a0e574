"""Cards: few, each in a label's own words, and no passage twice.

A card has no severity that no source gives: `warning` is a boxed warning, all else is `info`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid5

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

    def add_pair(self, pair: Row, called: dict[str, str]) -> None:
        """A card of what the labels of two drugs say of each other, if they do."""
        said: list[tuple[Row, str, str]] = []
        for way in pair["directions"]:
            for passage in way["passages"]:
                of_facts = {(each["id"], "") for each in passage["facts"]}
                key = passage["facts"][0]["id"], passage["sentence"]
                if of_facts.isdisjoint(self._told) and key not in self._told:
                    self._told.add(key)
                    said.append((passage, way["labels_of"]["id"], way["named"]["id"]))
        if not said:
            return
        first, of, named = said[0]
        is_boxed = any(passage["part"] == "boxed_warning" for passage, _, _ in said)
        part = first["part"].replace("_", " ")
        one, other = (drug["id"] for drug in pair["drugs"])
        self._add(
            CardType.INTERACTION,
            f"The label of {called[of]} names {called[named]} ({part})",
            [
                _passage(passage["sentence"], passage, passage["labels"], called[of])
                for passage, of, _ in said[:MOST_PASSAGES]
            ],
            Severity.WARNING if is_boxed else Severity.INFO,
            first["citations"][0],
            f"/browse/interactions?drugs={one},{other}",
            len(said) - MOST_PASSAGES,
        )

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
