"""Seal releases, so that what changed in the database by itself is seen before it is served.

`medfacts migrate` then makes the documents anew, with their digests, and the seal.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the seal of the newest release."""
    op.add_column("release", sa.Column("seal", sa.String(), nullable=True))


def downgrade() -> None:
    """Remove it."""
    with op.batch_alter_table("release") as release:
        release.drop_column("seal")
