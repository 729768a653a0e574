"""What stands beside a label's text: its structure, its short form, and links to other sections."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from app.models.base import Shape, described


class BlockType(StrEnum):
    """What a part of a text is, in the words of SPL's schema."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    TABLE = "table"


class TextBlock(Shape):
    """A part of a label's text, which begins a line of it."""

    type: BlockType = Field(
        description="What it is. The first `table` is the first of `tables`, and so on: draw that "
        "in place of its text.",
        examples=["list_item"],
    )
    start: int = Field(
        ge=0, description="Where it begins in the text, in characters, from 0.", examples=[0]
    )
    end: int = Field(ge=0, description="Where it ends, behind its last character.", examples=[42])
    level: int = Field(
        ge=0, description="In how many lists it stands: 0 outside of all.", examples=[1]
    )


class LabelFact(Shape):
    """A fact that a section became."""

    kind: str = Field(description="The kind of fact, as its path names it.", examples=["warnings"])
    id: str = Field(
        description="The fact's id; other labels may state it too.",
        examples=["baclofen-warning-5d0fbf2a9f71"],
    )


class CrossReference(Shape):
    """A link in a label's text to another section of it."""

    start: int = Field(
        ge=0, description="Where its words begin in the text, in characters, from 0.", examples=[0]
    )
    end: int = Field(ge=0, description="Where they end.", examples=[3])
    number: str | None = Field(
        description="The number of the section that it points at; null in labels without numbers.",
        examples=["5.1"],
    )
    heading: str | None = Field(
        description="Its heading; null where it has none.", examples=["Hepatotoxicity"]
    )
    facts: list[LabelFact] = Field(
        description="The facts that the section became: none of a section that is no fact, whose "
        "text is in the label's record.",
        examples=[[{"kind": "warnings", "id": "baclofen-warning-5d0fbf2a9f71"}]],
    )


def blocks(text: str, more: str = "") -> Any:
    """A field for the structure of a text."""
    return described(
        f"The paragraphs, list items and tables of `{text}`, in its order, by where they stand in "
        f"it; null where the source does not give them{more}.",
        None,
        default=None,
    )


def cross_references(text: str, more: str = "") -> Any:
    """A field for the links in a text."""
    return described(
        f"The links in `{text}` to other sections of its label, each with the facts that the "
        f"section became; none where the source does not give them{more}.",
        [],
        default_factory=list,
    )


def summary() -> Any:
    """A field for the short form that a label itself has of a section."""
    return described(
        "The short form of it in the label's Highlights, in the label's own words, a line for each "
        "statement that names its section, those of another section's Highlights behind the "
        "heading of that; null where there is none. Of a fact in the words of a "
        "label without, it is that of another that states it: `include=wordings` says which.",
        None,
        default=None,
    )
