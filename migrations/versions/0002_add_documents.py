"""Add the documents that are served, and an index by which drugs are listed by name."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add them. They are empty until `medfacts migrate` or a loader has written them."""
    op.create_table(
        "document",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_document_drug_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_drug_id_kind_id", "document", ["drug_id", "kind", "id"])
    op.add_column("release", sa.Column("rendered_by", sa.String(), nullable=True))
    op.drop_index("ix_drug_folded_name", "drug")
    op.create_index("ix_drug_folded_name_id", "drug", ["folded_name", "id"])


def downgrade() -> None:
    """Remove them; every fact is in the other tables."""
    op.drop_index("ix_drug_folded_name_id", "drug")
    op.create_index("ix_drug_folded_name", "drug", ["folded_name"])
    with op.batch_alter_table("release") as release:
        release.drop_column("rendered_by")
    op.drop_index("ix_document_drug_id_kind_id", "document")
    op.drop_table("document")
