"""Let products say of which form of their drug they are, and have other names."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Products are rendered again, with their forms; their sources' other names come with the next
    import."""
    op.add_column("product", sa.Column("form_id", KEY, nullable=True))
    op.create_table(
        "product_name",
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_product_name_product_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_id", "key", name=op.f("pk_product_name")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_product_name_key_product_id", "product_name", ["key", "product_id"])


def downgrade() -> None:
    """What products say of their forms goes with their documents' next rendering."""
    op.drop_table("product_name")
    with op.batch_alter_table("product", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_column("form_id")
    mark_for_rebuilding(op.get_bind())
