"""Let mechanisms have all of ChEMBL's action types, warnings be of a withdrawn drug, and
conditions be found by their codes."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding, remove_facts

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

ACTIONS = (
    *("AGONIST", "PARTIAL AGONIST", "INVERSE AGONIST", "ANTAGONIST", "ALLOSTERIC ANTAGONIST"),
    *("POSITIVE ALLOSTERIC MODULATOR", "NEGATIVE ALLOSTERIC MODULATOR", "POSITIVE MODULATOR"),
    *("NEGATIVE MODULATOR", "MODULATOR", "ACTIVATOR", "INHIBITOR", "BLOCKER", "OPENER"),
    *("SUBSTRATE", "RELEASING AGENT", "BINDING AGENT", "OTHER"),
)
MORE_ACTIONS = (
    *("ANTISENSE INHIBITOR", "CHELATING AGENT", "CROSS-LINKING AGENT", "DEGRADER"),
    *("DISRUPTING AGENT", "EXOGENOUS GENE", "EXOGENOUS PROTEIN"),
    *("GENE EDITING NEGATIVE MODULATOR", "HYDROLYTIC ENZYME", "METHYLATING AGENT"),
    *("OXIDATIVE ENZYME", "PROTEOLYTIC ENZYME", "REDUCING AGENT", "RNAI INHIBITOR"),
    *("SEQUESTERING AGENT", "STABILISER", "VACCINE ANTIGEN"),
)
CATEGORIES = (
    *("abuse", "dependence", "dosing", "geriatric", "hepatic", "lactation", "overdosage"),
    *("pediatric", "pregnancy", "renal", "supervision", "withdrawal"),
)
MORE_CATEGORIES = ("withdrawn",)

ACTION, CATEGORY = "ck_mechanism_action_type", "ck_warning_warning_category"


def upgrade() -> None:
    """The columns are held to the new values; which codes there are is found by rebuilding."""
    op.create_table(
        "condition_code",
        sa.Column("condition_id", KEY, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"],
            ["condition.id"],
            name=op.f("fk_condition_code_condition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("condition_id", "code", name=op.f("pk_condition_code")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_condition_code_code", "condition_code", ["code", "condition_id"])
    _replace(_mechanism(ACTIONS), ACTION, "action_type", (*ACTIONS, *MORE_ACTIONS))
    _replace(_warning(CATEGORIES), CATEGORY, "category", (*CATEGORIES, *MORE_CATEGORIES))


def downgrade() -> None:
    """What has one of the new values is gone until it is rebuilt."""
    op.drop_table("condition_code")
    _remove("mechanism", "mechanisms", "action_type", MORE_ACTIONS)
    _remove("warning", "warnings", "category", MORE_CATEGORIES)
    _replace(_mechanism((*ACTIONS, *MORE_ACTIONS)), ACTION, "action_type", ACTIONS)
    _replace(_warning((*CATEGORIES, *MORE_CATEGORIES)), CATEGORY, "category", CATEGORIES)
    mark_for_rebuilding(op.get_bind())


def _remove(table: str, kind: str, column: str, values: tuple[str, ...]) -> None:
    of = sa.table(table, sa.column("id"), sa.column(column))
    new = sa.select(of.c.id).where(of.c[column].in_(values))
    remove_facts(op.get_bind(), kind, new)
    op.execute(of.delete().where(of.c.id.in_(new)))


def _replace(before: sa.Table, constraint: str, column: str, values: tuple[str, ...]) -> None:
    with op.batch_alter_table(
        before.name, copy_from=before, table_kwargs={"sqlite_with_rowid": False}
    ) as table:
        table.drop_constraint(op.f(constraint), type_="check")
        table.create_check_constraint(op.f(constraint), _is_one_of(column, values))


def _is_one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, values))})"


def _mechanism(actions: tuple[str, ...]) -> sa.Table:
    """The table as it stands: SQLite says of no constraint what it is called."""
    return sa.Table(
        "mechanism",
        sa.MetaData(),
        sa.Column("id", KEY, nullable=False),
        sa.Column("target_id", KEY, nullable=True),
        sa.Column("action_type", sa.String(length=40), nullable=True),
        sa.CheckConstraint(_is_one_of("action_type", actions), name=ACTION),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_mechanism_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_mechanism_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mechanism"),
        sa.Index("ix_mechanism_action_type_id", "action_type", "id"),
        sa.Index("ix_mechanism_target_id_id", "target_id", "id"),
    )


def _warning(categories: tuple[str, ...]) -> sa.Table:
    types = ("contraindication", "warning", "interaction", "undesirable-effect")
    severities = ("info", "warning", "critical")
    return sa.Table(
        "warning",
        sa.MetaData(),
        sa.Column("id", KEY, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("severity", sa.String(length=40), nullable=True),
        sa.Column("boxed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(_is_one_of("type", types), name="ck_warning_warning_type"),
        sa.CheckConstraint(_is_one_of("category", categories), name=CATEGORY),
        sa.CheckConstraint(_is_one_of("severity", severities), name="ck_warning_severity"),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_warning_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_warning"),
        sa.Index("ix_warning_boxed_id", "boxed", "id"),
        sa.Index("ix_warning_category_id", "category", "id"),
        sa.Index("ix_warning_severity_id", "severity", "id"),
        sa.Index("ix_warning_type_id", "type", "id"),
    )
