"""Serve dosages as facts; they come with the next import of the files of labels."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding, remove_facts

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TYPE = sa.Enum(
    "dosage-and-administration",
    "dosage-forms-and-strengths",
    name="dosage_type",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    """Dosages, by what they are about."""
    op.create_table(
        "dosage",
        sa.Column("id", KEY, nullable=False),
        sa.Column("type", TYPE, nullable=False),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_dosage_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_dosage"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dosage_type_id", "dosage", ["type", "id"])


def downgrade() -> None:
    """Dosages are in the source records alone, which a program of before cannot read."""
    fact = sa.table("fact", sa.column("id"), sa.column("kind"))
    dosages = sa.select(fact.c.id).where(fact.c.kind == "dosages")
    remove_facts(op.get_bind(), "dosages", dosages)
    op.drop_table("dosage")
    mark_for_rebuilding(op.get_bind())
