"""Where sources disagree."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import KEY, Part, at_position, described, owned_by
from app.models.fact import Detail, detail_of, found_by
from app.models.source import evidence


class DiscrepancyFields(SQLModel):
    """What a discrepancy has beyond every fact."""

    note: str | None = described(
        "What a reader should know, such as which value the numbers bear out.",
        "The counts in both arms give 16.1 for the upper limit.",
        default=None,
    )


class DiscrepancyValue(Part, table=True):
    """What one side says."""

    __tablename__ = "discrepancy_value"
    owner: ClassVar = ("discrepancy_id",)

    discrepancy_id: str = owned_by("discrepancy")
    position: int = at_position()
    value: str = described("The value, as that side gives it.", "86")
    evidence_id: str = evidence()


class Discrepancy(Detail, DiscrepancyFields, table=True):
    """Two or more sources that give different values for the same thing."""

    __table_args__ = (
        *detail_of("discrepancies"),
        *found_by("discrepancy", "subject_id"),
        sa.ForeignKeyConstraint(["subject_id"], ["fact.id"], deferrable=True, initially="DEFERRED"),
    )
    kind_name: ClassVar = "discrepancies"
    singular: ClassVar = "discrepancy"
    cited_by: ClassVar = "values"
    parts: ClassVar[dict[str, type[Part]]] = {"values": DiscrepancyValue}

    subject_id: str | None = Field(
        default=None,
        sa_type=KEY,
        description="The fact's id; null where it is the drug's own record.",
    )
    field: str = described(
        "The field in question: a JSON Pointer (RFC 6901) into the fact, or the drug's record.",
        "/enrollment/count",
    )
