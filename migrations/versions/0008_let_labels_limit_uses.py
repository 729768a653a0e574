"""Let an indication be what a label says under Limitations of Use."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding, remove_facts

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
CONSTRAINT = "ck_indication_indication_status"

BEFORE = (
    *("approved", "otc_monograph", "unapproved", "unknown"),
    *("off_label", "investigational", "not_effective"),
)
NOW = (*BEFORE, "limitation_of_use")


def upgrade() -> None:
    """The column is held to the new value."""
    _replace(BEFORE, NOW)


def downgrade() -> None:
    """Limitations are gone until they are rebuilt: they are no uses."""
    indication = sa.table("indication", sa.column("id"), sa.column("status"))
    new = sa.select(indication.c.id).where(indication.c.status.in_(sorted({*NOW} - {*BEFORE})))
    remove_facts(op.get_bind(), "indications", new)
    op.execute(indication.delete().where(indication.c.id.in_(new)))
    _replace(NOW, BEFORE)
    mark_for_rebuilding(op.get_bind())


def _replace(before: tuple[str, ...], now: tuple[str, ...]) -> None:
    with op.batch_alter_table(
        "indication", copy_from=_table(before), table_kwargs={"sqlite_with_rowid": False}
    ) as table:
        table.drop_constraint(op.f(CONSTRAINT), type_="check")
        table.create_check_constraint(op.f(CONSTRAINT), _is_one_of(now))


def _is_one_of(values: tuple[str, ...]) -> str:
    return f"status IN ({', '.join(map(repr, values))})"


def _table(values: tuple[str, ...]) -> sa.Table:
    """The table as it stands: SQLite says of no constraint what it is called."""
    return sa.Table(
        "indication",
        sa.MetaData(),
        sa.Column("id", KEY, nullable=False),
        sa.Column("condition_id", KEY, nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.CheckConstraint(_is_one_of(values), name=CONSTRAINT),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name="fk_indication_condition_id"
        ),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_indication_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_indication"),
        sa.Index("ix_indication_condition_id_id", "condition_id", "id"),
        sa.Index("ix_indication_status_id", "status", "id"),
    )
