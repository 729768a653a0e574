"""Let products say of which form of their drug they are."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Products are rendered again, with their forms."""
    op.add_column("product", sa.Column("form_id", KEY, nullable=True))


def downgrade() -> None:
    """What products say of their forms goes with their documents' next rendering."""
    with op.batch_alter_table("product", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_column("form_id")
