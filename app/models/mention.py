"""Whom the text of a fact names."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import BY_KEY, KEY, owned_by


class FactMention(SQLModel, table=True):
    """That a fact's statement names a drug, or a class, by which it is found."""

    __tablename__ = "fact_mention"
    __table_args__ = (sa.Index("ix_fact_mention_named_fact_id", "named", "fact_id"), BY_KEY)

    fact_id: str = owned_by("fact")
    named: str = Field(
        primary_key=True, sa_type=KEY, description="The drug's id, or `class/` and the class's."
    )
