"""Find drugs and labels by the numbers of products; documents are rendered again for them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
CONSTRAINT = "ck_label_term_label_field"

BEFORE = ("application_number", "manufacturer", "product_type", "route")
NOW = ("application_number", "manufacturer", "ndc", "product_type", "route")


def upgrade() -> None:
    """Labels have NDCs, and drugs the numbers of applications."""
    op.create_table(
        "approved_application",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"],
            ["drug.id"],
            name=op.f("fk_approved_application_drug_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("drug_id", "number", name=op.f("pk_approved_application")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_approved_application_number_drug_id", "approved_application", ["number", "drug_id"]
    )
    _replace(BEFORE, NOW)


def downgrade() -> None:
    """Only documents have them."""
    term = sa.table("label_term", sa.column("field"))
    op.execute(term.delete().where(term.c.field == "ndc"))
    _replace(NOW, BEFORE)
    op.drop_table("approved_application")


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
