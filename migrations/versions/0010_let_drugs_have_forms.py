"""Let drugs have forms, and facts say which of them they are of."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Which substances are forms is found when everything is resolved again."""
    op.create_table(
        "drug_form",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_drug_form_drug_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name=op.f("pk_drug_form")),
    )
    op.create_index("ix_drug_form_id", "drug_form", ["id"])
    op.add_column("source_substance", sa.Column("form_id", KEY, nullable=True))
    op.add_column("fact", sa.Column("form_id", KEY, nullable=True))


def downgrade() -> None:
    """Forms that a source names are drugs of their own again."""
    with op.batch_alter_table("fact", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_column("form_id")
    with op.batch_alter_table(
        "source_substance", table_kwargs={"sqlite_with_rowid": False}
    ) as table:
        table.drop_column("form_id")
    op.drop_table("drug_form")
    mark_for_rebuilding(op.get_bind())
