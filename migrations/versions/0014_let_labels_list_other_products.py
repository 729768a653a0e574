"""Let labels list the NDCs of products that are not of their drug."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
CONSTRAINT = "ck_label_term_label_field"

BEFORE = ("application_number", "manufacturer", "ndc", "product_type", "route")
NOW = (*BEFORE[:3], "other_ndc", *BEFORE[3:])


def upgrade() -> None:
    """The column is held to the new value."""
    _replace(BEFORE, NOW)


def downgrade() -> None:
    """They are gone until labels are rebuilt, when all NDCs lead to their drugs."""
    term = sa.table("label_term", sa.column("field"))
    op.execute(term.delete().where(term.c.field == "other_ndc"))
    _replace(NOW, BEFORE)
    mark_for_rebuilding(op.get_bind())


def _replace(before: tuple[str, ...], now: tuple[str, ...]) -> None:
    with op.batch_alter_table(
        "label_term", copy_from=_table(before), table_kwargs={"sqlite_with_rowid": False}
    ) as table:
        table.drop_constraint(op.f(CONSTRAINT), type_="check")
        table.create_check_constraint(op.f(CONSTRAINT), _is_one_of(now))


def _is_one_of(values: tuple[str, ...]) -> str:
    return f"field IN ({', '.join(map(repr, values))})"


def _table(values: tuple[str, ...]) -> sa.Table:
    """The table as it stands: SQLite says of no constraint what it is called."""
    return sa.Table(
        "label_term",
        sa.MetaData(),
        sa.Column("label_id", KEY, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.CheckConstraint(_is_one_of(values), name=CONSTRAINT),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name="fk_label_term_label_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("label_id", "field", "value", name="pk_label_term"),
        sa.Index("ix_label_term_field_value_label_id", "field", "value", "label_id"),
    )
