"""What a discrepancy is about: a field of another fact."""

from pydantic import Field

from app.database import Row
from app.models.base import Shape


class Subject(Shape):
    """What the sources disagree about."""

    fact: str = Field(
        description="The fact's id.", examples=["baclofen-trial-alcohol-cirrhosis-registry"]
    )
    field: str = Field(
        description="The field of that fact: a JSON Pointer (RFC 6901).",
        examples=["/enrollment/count"],
    )


SUBJECT = Field(
    description="What the sources disagree about.",
    examples=[{"fact": "baclofen-trial-alcohol-cirrhosis-registry", "field": "/enrollment/count"}],
)


def name_subject(discrepancy: Row, row: Row) -> None:
    """Give a discrepancy what it is about, from its row's two columns."""
    discrepancy["subject"] = {"fact": row["subject_id"], "field": row["field"]}
