"""Order the facts of a drug by importance; `medfacts migrate` fills the ranks in."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Facts have a rank."""
    op.add_column("fact", sa.Column("rank", KEY, server_default="", nullable=False))
    op.drop_index("ix_fact_drug_id_kind_id", "fact")
    op.create_index("ix_fact_drug_id_kind_rank_id", "fact", ["drug_id", "kind", "rank", "id"])


def downgrade() -> None:
    """Facts are ordered by their ids."""
    op.drop_index("ix_fact_drug_id_kind_rank_id", "fact")
    op.drop_column("fact", "rank")
    op.create_index("ix_fact_drug_id_kind_id", "fact", ["drug_id", "kind", "id"])
    mark_for_rebuilding(op.get_bind())
