"""Let conditions have terms that a source relates to them."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rebuilding fills them."""
    none = sa.text("'[]'")
    column = sa.Column("related_terms", sa.JSON(), nullable=False, server_default=none)
    op.add_column("condition", column)


def downgrade() -> None:
    """They are gone until conditions are rebuilt, which then have none."""
    op.drop_column("condition", "related_terms")
    mark_for_rebuilding(op.get_bind())
