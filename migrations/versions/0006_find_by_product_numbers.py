"""Find drugs and labels by the numbers of products, and remember which versions were read."""

import hashlib

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
CONSTRAINT = "ck_label_term_label_field"

BEFORE = ("application_number", "manufacturer", "product_type", "route")
NOW = ("application_number", "manufacturer", "ndc", "product_type", "route")


def upgrade() -> None:
    """Labels have NDCs, and drugs the numbers of applications; documents are rendered again.

    The version of a label that is stored is remembered when another replaces it.
    """
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
    op.create_table(
        "record_version",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_state.id"], name=op.f("fk_record_version_source_id")
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "record_id", "version", name=op.f("pk_record_version")
        ),
        sqlite_with_rowid=False,
    )
    _replace(BEFORE, NOW)


def downgrade() -> None:
    """Only documents have them; the digests of sources are of their records alone.

    Which versions were read is forgotten: files of labels that are imported `--again` say so again.
    """
    state = sa.table("source_state", sa.column("id"), sa.column("content"))
    version = sa.table("record_version", *map(sa.column, ("source_id", "record_id", "version")))
    connection = op.get_bind()
    for id_, content in connection.execute(sa.select(state.c.id, state.c.content)).all():
        read = connection.execute(sa.select(version).where(version.c.source_id == id_)).all()
        number = int(content, 16)
        number -= sum(int(hashlib.sha256("\n".join(row).encode()).hexdigest(), 16) for row in read)
        if read:
            without = f"{number % 2**256:064x}"
            op.execute(state.update().where(state.c.id == id_).values(content=without))
    op.drop_table("record_version")
    term = sa.table("label_term", sa.column("field"))
    op.execute(term.delete().where(term.c.field == "ndc"))
    _replace(NOW, BEFORE)
    op.drop_table("approved_application")
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
