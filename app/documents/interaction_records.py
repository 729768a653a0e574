"""What labels say of other drugs, as it is served: whom a text names, and the passages in which the
labels of one drug name another, or a class.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from pydantic import Field

from app.documents.importance import Group, group_of
from app.documents.records import CitationRecord, Link
from app.models.base import Row, Shape
from app.models.dosage import Dosage, DosageType
from app.models.fact import LabelCount, Section
from app.models.warning import Warning as WarningTable


class MentionedBy(StrEnum):
    """How a text names a drug."""

    NAME = "name"
    BRAND = "brand"
    FORM = "form"
    COMBINATION = "combination"
    CLASS = "class"


HOW: Any = Field(
    description="How it is named: by its `name` or a synonym, by a `brand`, by the name of a "
    "`form` of it (a salt, an ester, a hydrate), by that of a `combination` that it is in, or by "
    "a `class`.",
    examples=["name"],
)
DRUG: Any = Field(
    description="The drug; null where a class is named.",
    examples=[{"id": "ibuprofen", "name": "ibuprofen"}],
)
CLASS: Any = Field(
    alias="class",
    description="The class, where one is named; otherwise null.",
    examples=[None],
)
TEXT: Any = Field(description="How the text has it.", examples=["ibuprofen"])
START: Any = Field(description="Where it begins in `statement`, in letters from 0.", examples=[12])
END: Any = Field(description="Where it ends: the letter behind its last.", examples=[21])


class MentionRecord(Shape):
    """That a text names another drug, or a class of drugs."""

    drug: Link | None = DRUG
    class_: Link | None = CLASS
    text: str = TEXT
    start: int = START
    end: int = END
    how: MentionedBy = HOW


MENTIONS: Any = Field(
    description="The drugs that the statement names, and the classes, in its order; not the drug "
    "itself, its forms and brands, nor the combinations that it is in. What is ambiguous is left "
    "out. A name is no advice: read the statement.",
    examples=[[]],
)


class NamedInPassage(Shape):
    """A name in a passage."""

    how: MentionedBy = HOW
    text: str = TEXT
    start: int = START
    end: int = END
    class_: Link | None = CLASS


class StatedIn(Shape):
    """A fact in which a sentence stands."""

    kind: str = Field(description="The kind of fact, as its path names it.", examples=["warnings"])
    id: str = Field(description="The fact's id.", examples=["baclofen-warning-5d0fbf2a9f71"])
    start: int = Field(description="Where the sentence begins in its `statement`.", examples=[120])
    end: int = Field(description="Where it ends.", examples=[244])


class InteractionPart(StrEnum):
    """The parts of a label that are read for names, in the order of passages."""

    BOXED_WARNING = "boxed_warning"
    CONTRAINDICATIONS = "contraindications"
    WARNINGS = "warnings"
    INTERACTIONS = "interactions"
    ADVERSE_REACTIONS = "adverse_reactions"
    DOSAGE = "dosage"


PARTS = {
    Group.BOXED: InteractionPart.BOXED_WARNING,
    Group.CONTRAINDICATION: InteractionPart.CONTRAINDICATIONS,
    Group.WARNING: InteractionPart.WARNINGS,
    Group.INTERACTION: InteractionPart.INTERACTIONS,
    Group.ADVERSE_REACTION: InteractionPart.ADVERSE_REACTIONS,
}

ORDER = {part.value: place for place, part in enumerate(InteractionPart)}


def part_of(kind: str, record: Row) -> InteractionPart | None:
    """The part of a label that a fact is of; None if that is not read for names."""
    if kind == WarningTable.kind_name:
        return PARTS.get(group_of(record))
    if kind == Dosage.kind_name and record["type"] == DosageType.ADMINISTRATION:
        return InteractionPart.DOSAGE
    return None


NAMES_FOUND_IN = (Dosage.kind_name, WarningTable.kind_name)
"""The kinds of fact whose statements are read for names."""


class InteractionPassage(Shape):
    """A sentence in which labels of one drug name the other."""

    part: InteractionPart = Field(
        description="The part of the label that it stands in; passages are in this order.",
        examples=["interactions"],
    )
    section: Section = Field(
        description="Its section.",
        examples=[{"code": "34073-7", "name": "Drug Interactions", "number": "7", "heading": None}],
    )
    sentence: str = Field(
        description="The sentence, letter for letter; of one of more than 1,500 letters, the "
        "words around the name.",
        examples=["Avoid use with ibuprofen."],
    )
    names: list[NamedInPassage] = Field(
        description="Where it names the other drug, in the statement of the first of `facts`.",
        examples=[[]],
    )
    facts: list[StatedIn] = Field(
        description="The facts in whose statements the sentence stands, letter for letter at "
        "`start`.",
        examples=[[]],
    )
    labels: LabelCount = Field(
        description="How many of the drug's labels say so, in whatever wording.",
        examples=[{"stating": 12, "of": 14}],
    )
    reference: bool | None = Field(
        description="Whether a label of the drug's own application (an NDA or BLA) is among them; "
        "null where none was read.",
        examples=[True],
    )
    citations: list[CitationRecord] = Field(
        description="Up to five of these labels, with their dates; the facts have all.",
        examples=[[]],
    )


class OtherStatement(Shape):
    """What a source that is no label says of the two."""

    kind: str = Field(description="The kind of fact.", examples=["warnings"])
    id: str = Field(description="The fact's id.", examples=["baclofen-warning-alcohol"])
    statement: str = Field(description="The fact.", examples=["Alcohol adds to drowsiness."])
    certainty: str = Field(description="How sure the source itself is.", examples=["stated"])
    names: list[NamedInPassage] = Field(description="Where it names the other drug.", examples=[[]])
    citations: list[CitationRecord] = Field(description="The passages that say so.", examples=[[]])


class NamedByOne(Shape):
    """What the labels of one drug, and other sources, say of another drug or a class."""

    passages: list[InteractionPassage]
    others: list[OtherStatement]


INTERACTIONS = "interactions"
"""The kind of document that has what labels of one drug say of another drug, or of a class."""

LABELS_READ = "labels_read"
"""The kind of document that says which labels of a drug were read, and of which classes it is."""


class LabelRead(Shape):
    """A label that was read."""

    id: str = Field(description="Its SPL set id.", examples=["f133fe04-1550-4fa4-9dc4"])
    date: str = Field(description="The day from which it is in effect.", examples=["2006-01-04"])
    url: str = Field(
        description="Where a person can read it.",
        examples=["https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=f133fe04"],
    )
    reference: bool = Field(
        description="Whether it is of the drug's own application, an NDA or BLA.", examples=[True]
    )


class PartRead(Shape):
    """How many labels have a part that was read."""

    part: InteractionPart = Field(description="The part.", examples=["interactions"])
    labels: int = Field(description="How many labels have it.", examples=[12])


class Membership(Shape):
    """That a source puts a drug into a class."""

    id: str = Field(description="The class's id.", examples=["muscle-relaxant"])
    name: str = Field(description="What the source calls it.", examples=["Muscle relaxant"])
    citations: list[CitationRecord] = Field(
        description="The passages that put the drug into it.", examples=[[]]
    )


class LabelsRead(Shape):
    """Which labels of a drug were read, and of which classes it is."""

    labels: list[LabelRead]
    parts: list[PartRead]
    classes: list[Membership]


def pair_id(drug_id: str, named: str) -> str:
    """The id of the document that has what labels of a drug say of another, or of a class."""
    return f"{drug_id}/{named}"


def class_key(class_id: str) -> str:
    """A class among what can be named; no drug's id is like it."""
    return f"class/{class_id}"


def named_key(mention: Row) -> str:
    """What a mention names: the id of a drug, or the key of a class."""
    drug, named_class = mention["drug"], mention["class"]
    return str(drug["id"]) if drug else class_key(named_class["id"])


def mention_keys(record: Row) -> Iterable[str]:
    """What a fact names, each once."""
    return dict.fromkeys(map(named_key, record["mentions"]))
