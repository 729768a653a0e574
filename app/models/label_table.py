"""A table of a label, as rows of cells of plain text that a frontend can draw."""

from typing import Any

from pydantic import ConfigDict, Field

from app.models.base import Shape, described


class TableCell(Shape):
    """A cell of a table. As in HTML, it has but what differs from other cells: most are text."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    text: str = Field(
        description="Its text, never markup; with line breaks where DailyMed's label has them.",
        examples=["5 mg"],
    )
    header: bool = Field(
        default=False,
        exclude_if=lambda header: not header,
        description="Whether it is a heading of its column or row; left out where it is none.",
        examples=[True],
    )
    colspan: int = Field(
        default=1,
        ge=1,
        exclude_if=lambda columns: columns == 1,
        description="How many columns it spans; left out where that is 1.",
        examples=[2],
    )
    rowspan: int = Field(
        default=1,
        ge=1,
        exclude_if=lambda rows: rows == 1,
        description="How many rows it spans; left out where that is 1.",
        examples=[2],
    )
    footnotes: list[int] = Field(
        default_factory=list,
        exclude_if=lambda footnotes: not footnotes,
        description="The footnotes that it refers to, by their numbers, from 1; left out where it "
        "has none.",
        examples=[[1]],
    )


class LabelTable(Shape):
    """A table of a label."""

    caption: str | None = Field(
        description="Its caption, as published; null where it has none.",
        examples=["Table 1: Recommended Dosage"],
    )
    rows: list[list[TableCell]] = Field(
        description="Its rows from top to bottom, each with its cells from left to right. A cell "
        "that spans several rows stands in the first of them alone.",
        examples=[[[{"text": "Day", "header": True}, {"text": "Dose", "header": True}]]],
    )
    footnotes: list[str] = Field(
        description="Its footnotes in their order, as published; those that stand in a row of "
        "their own stay there.",
        examples=[["With food."]],
    )


def tables(of: str) -> Any:
    """A field for the tables of something."""
    return described(
        f"The tables of {of}, as rows of cells, so that they can be drawn. What they say stands in "
        "the text too, as published there. Those of which it is not clear in which passage of "
        "their section they stand are in the label's record.",
        [],
        default_factory=list,
    )
