"""Seal what is kept of sources, so that what changed in it by itself is seen before it is a fact.

`medfacts migrate` then seals what is there, and makes what is served of it anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEPT = ("imported_source", "imported_record", "imported_substance", "imported_statement")


def upgrade() -> None:
    """Add the seals."""
    for table in KEPT:
        op.add_column(table, sa.Column("seal", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Remove them."""
    for table in KEPT:
        with op.batch_alter_table(table) as altered:
            altered.drop_column("seal")
