"""Let conditions have several names and be found by each, and cite where their codes are from;
have indications be found by their phase."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

BOTH = "(description IS NULL) = (cite IS NULL)"
CITED = "description IS NULL OR cite IS NOT NULL"
CHECK = "ck_condition_description_is_cited"


def upgrade() -> None:
    """Which names a condition has is found by rebuilding."""
    _replace(BOTH, CITED)
    op.add_column(
        "condition", sa.Column("names", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
    op.add_column("condition_code", sa.Column("name", sa.String(), nullable=True))
    op.add_column("indication", sa.Column("max_phase", sa.Float(), nullable=True))
    op.create_index("ix_indication_max_phase_id", "indication", ["max_phase", "id"])


def downgrade() -> None:
    """Conditions are one only where their names are equal again."""
    of = sa.table("condition", sa.column("description"), sa.column("cite", sa.JSON()))
    op.execute(of.update().where(of.c.description.is_(None)).values(cite=sa.null()))
    with op.batch_alter_table("condition_code", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_column("name")
    op.drop_index("ix_indication_max_phase_id", "indication")
    op.drop_column("indication", "max_phase")
    op.drop_column("condition", "names")
    _replace(CITED, BOTH)
    mark_for_rebuilding(op.get_bind())


def _replace(before: str, now: str) -> None:
    with op.batch_alter_table("condition", copy_from=_condition(before)) as table:
        table.drop_constraint(op.f(CHECK), type_="check")
        table.create_check_constraint(op.f(CHECK), now)


def _condition(check: str) -> sa.Table:
    """The table as it stands: SQLite says of no constraint what it is called."""
    return sa.Table(
        "condition",
        sa.MetaData(),
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("cite", sa.JSON(), nullable=True),
        sa.CheckConstraint(check, name=CHECK),
        sa.PrimaryKeyConstraint("id", name="pk_condition"),
    )
