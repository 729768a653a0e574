"""What a discrepancy is about: a field of another fact, or of the drug's own record."""

from enum import StrEnum

from pydantic import Field

from app.models.base import Row, Shape


class SubjectType(StrEnum):
    """Whether the sources disagree about a fact, or about the drug's own record."""

    FACT = "fact"
    DRUG = "drug"


class Subject(Shape):
    """What the sources disagree about."""

    type: SubjectType = Field(
        description="Whether it is a fact, or the drug's own record.", examples=["fact"]
    )
    fact: str = Field(
        description="The fact's id; the drug's where `type` is `drug`.",
        examples=["baclofen-trial-alcohol-cirrhosis-registry"],
    )
    field: str = Field(
        description="The field of that fact, or of the drug's record: a JSON Pointer (RFC 6901).",
        examples=["/enrollment/count"],
    )


SUBJECT = Field(
    description="What the sources disagree about.",
    examples=[
        {
            "type": "fact",
            "fact": "baclofen-trial-alcohol-cirrhosis-registry",
            "field": "/enrollment/count",
        }
    ],
)


def name_subject(discrepancy: Row, entry: Row) -> None:
    """Give a discrepancy what it is about, from its entry's two fields."""
    fact = entry["subject"]
    discrepancy["subject"] = {
        "type": SubjectType.DRUG if fact is None else SubjectType.FACT,
        "fact": entry["drug"]["id"] if fact is None else fact,
        "field": entry["field"],
    }
