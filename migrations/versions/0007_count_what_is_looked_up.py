"""Count the rows that drugs are looked up by, and give claims a digest.

Both are empty until `medfacts migrate` or a loader has written them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the numbers of rows, and the digests."""
    op.create_table(
        "shared_key",
        sa.Column("key", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_shared_key")),
        sqlite_with_rowid=False,
    )
    for table in ("claimed_name", "claimed_identifier"):
        op.add_column(table, sa.Column("digest", sa.String(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    for table in ("claimed_identifier", "claimed_name"):
        with op.batch_alter_table(table) as claimed:
            claimed.drop_column("digest")
    op.drop_table("shared_key")
