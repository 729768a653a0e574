"""Say whom the statements of facts name."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Whom they name is found by rebuilding."""
    op.create_table(
        "fact_mention",
        sa.Column("fact_id", KEY, nullable=False),
        sa.Column("named", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["fact_id"], ["fact.id"], name=op.f("fk_fact_mention_fact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("fact_id", "named", name=op.f("pk_fact_mention")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_mention_named_fact_id", "fact_mention", ["named", "fact_id"])


def downgrade() -> None:
    """No document names others."""
    op.drop_table("fact_mention")
    document = sa.table("document", sa.column("kind"))
    op.execute(document.delete().where(document.c.kind.in_(("interactions", "labels_read"))))
    mark_for_rebuilding(op.get_bind())
