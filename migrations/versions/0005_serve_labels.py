"""Serve labels as records; they come with the next import of their files."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
FIELD = sa.Enum(
    "application_number",
    "manufacturer",
    "product_type",
    "route",
    name="label_field",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    """Labels, and what they are found by."""
    op.create_table(
        "label",
        sa.Column("id", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("effective_date", KEY, nullable=False),
        sa.ForeignKeyConstraint(["drug_id"], ["drug.id"], name=op.f("fk_label_drug_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_label_effective_date_id", "label", ["effective_date", "id"])
    op.create_index(
        "ix_label_drug_id_effective_date_id", "label", ["drug_id", "effective_date", "id"]
    )
    op.create_table(
        "label_term",
        sa.Column("label_id", KEY, nullable=False),
        sa.Column("field", FIELD, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_label_term_label_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("label_id", "field", "value", name=op.f("pk_label_term")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_label_term_field_value_label_id", "label_term", ["field", "value", "label_id"]
    )


def downgrade() -> None:
    """Labels are records of their source alone."""
    op.drop_table("label_term")
    op.drop_table("label")
    document = sa.table("document", sa.column("kind"))
    op.execute(document.delete().where(document.c.kind == "labels"))
    mark_for_rebuilding(op.get_bind())
