"""Where sources disagree."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import KEY, Part, described
from app.models.fact import Detail, found_by


class DiscrepancyValue(Part):
    """What one side says."""

    cites: ClassVar = "always"

    value: str = described("The value, as that side gives it.", "86")


class DiscrepancyFields(SQLModel):
    """What a discrepancy has beyond every fact."""

    parts: ClassVar[dict[str, type[Part]]] = {"values": DiscrepancyValue}

    note: str | None = described(
        "What a reader should know, such as which value the numbers bear out.",
        "The counts in both arms give 16.1 for the upper limit.",
        default=None,
    )
    subject_id: str | None = Field(
        default=None, description="The fact's id; null where it is the drug's own record."
    )
    field: str = described(
        "The field in question: a JSON Pointer (RFC 6901) into the fact, or the drug's record.",
        "/enrollment/count",
    )


class Discrepancy(Detail, table=True):
    """Two or more sources that give different values for the same thing."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["subject_id"], ["fact.id"], deferrable=True, initially="DEFERRED"),
        *found_by("discrepancy", "subject_id"),
    )
    kind_name: ClassVar = "discrepancies"
    singular: ClassVar = "discrepancy"
    content: ClassVar = DiscrepancyFields
    cited_by: ClassVar = "values"

    subject_id: str | None = Field(default=None, sa_type=KEY)
