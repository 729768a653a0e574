"""What labels of a drug say of others: whom each statement names, and a document for each drug and
class that is named, with the sentences that name it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from app.documents.importance import rank_of
from app.documents.interaction_records import (
    INTERACTIONS,
    LABELS_READ,
    ORDER,
    InteractionPart,
    Membership,
    named_key,
    pair_id,
    part_of,
)
from app.documents.rendering import document_of
from app.ingest.mentions.after_import import MentionsAfterImport
from app.ingest.mentions.class_phrases import is_followed
from app.ingest.mentions.sentences import Sentences
from app.ingest.publishing.descriptions import Description
from app.models.base import Row
from app.models.warning import Warning as WarningTable
from app.models.warning import WarningType

OTHER_FIELDS = ("id", "statement", "certainty", "citations")
"""What is shown of a fact whose source is no label."""

MOST_CITED = 5
"""How many of the labels that say a sentence are named beside it."""


class StatedBy(NamedTuple):
    """A label that states a fact: its id, and whether it is of the drug's own application."""

    id: str
    is_reference: bool


class _Occurrence(NamedTuple):
    """A sentence in a fact, in the order of parts, facts and letters."""

    order: tuple[int, str, int]
    fact: Row
    part: str
    section: Row
    sentence: str
    names: list[Row]
    labels: list[StatedBy]
    of: int
    citations: list[Row]


@dataclass(slots=True)
class _Named:
    """What labels of a drug say of one that they name, by part and sentence; and other sources."""

    sentences: dict[tuple[str, str], list[_Occurrence]] = field(
        default_factory=lambda: defaultdict(list)
    )
    others: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class _OfDrug:
    """What was taken of a drug."""

    own: frozenset[str]
    has_reference: bool
    named: dict[str, _Named] = field(default_factory=lambda: defaultdict(_Named))
    parts: dict[str, str] = field(default_factory=dict)
    """Which part of a label its facts are of."""
    labels: list[Row] = field(default_factory=list)
    labels_with: Counter[str] = field(default_factory=Counter)
    """How many labels have a part."""


class InteractionDocuments:
    """Finds whom the statements of drugs name, and makes the documents of what they say."""

    def __init__(self, mentions: MentionsAfterImport) -> None:
        self._mentions = mentions
        self._drugs: dict[str, _OfDrug] = {}

    def begin(self, description: Description) -> None:
        """Take a drug, before its facts and labels."""
        made_of = (item["drug"] for item in description.record["ingredients"])
        has_reference = any(
            is_of_reference(account.precedence) for account in description.accounts.values()
        )
        own = frozenset({description.drug.id, *filter(None, made_of)})
        self._drugs[description.drug.id] = _OfDrug(own, has_reference)

    def mentions(self, drug: Row, statement: str) -> list[Row]:
        """Whom a statement on a drug names, as it is served."""
        finder = self._mentions.finder
        lexicon = finder.lexicon
        own = self._drugs[drug["id"]].own | lexicon.with_drug.get(drug["id"], frozenset())
        served = []
        for mention in finder.mentions(statement, own, drug["name"]):
            named: Row = {"drug": None, "class": None}
            if mention.drug_id is not None:
                named["drug"] = {"id": mention.drug_id, "name": lexicon.called[mention.drug_id]}
            if mention.class_id is not None:
                named["class"] = {"id": mention.class_id, "name": lexicon.classes[mention.class_id]}
            text = statement[mention.start : mention.end]
            place = {"text": text, "start": mention.start, "end": mention.end}
            served.append(named | place | {"how": mention.how.value})
        return served

    def add(self, kind: str, record: Row, stated_by: list[StatedBy]) -> None:
        """Take a fact as it is served, with the labels that state it."""
        of = self._drugs[record["drug"]["id"]]
        if not record["section"]:
            if kind == WarningTable.kind_name and record["type"] == WarningType.INTERACTION:
                for key, names in _by_named(record["mentions"]).items():
                    other = {"kind": kind, "names": names}
                    other |= {name: record[name] for name in OTHER_FIELDS}
                    of.named[key].others.append(other)
            return
        part = part_of(kind, record)
        if part is None:
            return
        of.parts[record["id"]] = part.value
        if not record["mentions"]:
            return
        statement = record["statement"]
        sentences = Sentences(statement, record["blocks"])
        rank = f"{rank_of(kind, record)} {record['id']}"
        count = record["labels"]["of"] if record["labels"] else 1
        in_sentences: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for mention in record["mentions"]:
            in_sentences[sentences.around(mention["start"], mention["end"])].append(mention)
        for (start, end), mentions in in_sentences.items():
            fact = {"kind": kind, "id": record["id"], "start": start, "end": end}
            sentence = statement[start:end]
            same = (part.value, " ".join(sentence.split()))
            for key, names in _by_named(mentions).items():
                of.named[key].sentences[same].append(
                    _Occurrence(
                        (ORDER[part.value], rank, start),
                        *(fact, part.value, record["section"], sentence, names),
                        *(stated_by, count, record["citations"]),
                    )
                )

    def add_label(self, label: Row, is_reference: bool) -> None:
        """Take a label as it is served, of a drug whose facts were taken."""
        of = self._drugs[label["drug"]["id"]]
        read = {"id": label["id"], "date": label["effective_date"], "url": label["url"]}
        of.labels.append(read | {"reference": is_reference})
        facts = (fact["id"] for section in label["sections"] for fact in section["facts"])
        of.labels_with.update({of.parts[id_] for id_ in facts if id_ in of.parts})

    def documents(self, description: Description) -> Iterator[Row]:
        """The documents of a drug, of which all facts and labels were taken."""
        drug_id = description.drug.id
        of = self._drugs.pop(drug_id)
        for key, named in sorted(of.named.items()):
            occurring = sorted(map(sorted_occurrences, named.sentences.values()), key=_first_order)
            record = {
                "passages": [_passage(each, of.has_reference) for each in occurring],
                "others": sorted(named.others, key=itemgetter("id")),
            }
            yield document_of(INTERACTIONS, pair_id(drug_id, key), drug_id, record)
        classes = [
            {name: each[name] for name in Membership.model_fields}
            for each in description.record["classes"]
            if is_followed(each["name"], each["type"])
        ]
        if of.labels or classes:
            parts = [part.value for part in InteractionPart if of.labels_with[part.value]]
            read = {
                "labels": sorted(of.labels, key=itemgetter("date", "id"), reverse=True),
                "parts": [{"part": part, "labels": of.labels_with[part]} for part in parts],
                "classes": classes,
            }
            yield document_of(LABELS_READ, drug_id, drug_id, read)


def is_of_reference(precedence: str) -> bool:
    """Whether a label is of the drug's own application, by its precedence."""
    return precedence.startswith("1")


def sorted_occurrences(occurrences: list[_Occurrence]) -> list[_Occurrence]:
    """Where a sentence stands, the first place first."""
    return sorted(occurrences, key=lambda each: each.order)


def _first_order(occurrences: list[_Occurrence]) -> tuple[int, str, int]:
    return occurrences[0].order


def _passage(occurrences: list[_Occurrence], has_reference: bool) -> Row:
    """A sentence as it is served: once, with all facts and labels that have it."""
    first = occurrences[0]
    labels = {label.id: label.is_reference for each in occurrences for label in each.labels}
    cited = {
        (citation["source"]["id"], citation["locator"]): citation
        for each in reversed(occurrences)
        for citation in reversed(each.citations)
    }
    return {
        "part": first.part,
        "section": first.section,
        "sentence": first.sentence,
        "names": first.names,
        "facts": [each.fact for each in occurrences],
        "labels": {
            "stating": len(labels),
            "of": max(len(labels), *(each.of for each in occurrences)),
        },
        "reference": any(labels.values()) if has_reference else None,
        "citations": list(cited.values())[::-1][:MOST_CITED],
    }


def _by_named(mentions: list[Row]) -> dict[str, list[Row]]:
    """Mentions by what they name, as documents are found by it; each less the drug."""
    found: dict[str, list[Row]] = defaultdict(list)
    for mention in mentions:
        name = {field: mention[field] for field in ("how", "text", "start", "end", "class")}
        found[named_key(mention)].append(name)
    return found
