"""Keep what kind of study a trial is, which of its dates were planned, and what units it analysed.

Trials that were imported before have none of it until their files are imported again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DATE_TYPES = ("ACTUAL", "ESTIMATED")

TERMS = {
    "study_type": ("EXPANDED_ACCESS", "INTERVENTIONAL", "OBSERVATIONAL"),
    "observational_model": (
        "COHORT",
        "CASE_CONTROL",
        "CASE_ONLY",
        "CASE_CROSSOVER",
        "ECOLOGIC_OR_COMMUNITY",
        "FAMILY_BASED",
        "DEFINED_POPULATION",
        "NATURAL_HISTORY",
        "OTHER",
    ),
    "time_perspective": ("RETROSPECTIVE", "PROSPECTIVE", "CROSS_SECTIONAL", "OTHER"),
    "start_date_type": DATE_TYPES,
    "completion_date_type": DATE_TYPES,
    "first_posted_type": DATE_TYPES,
}


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("trial") as trial:
        for name, terms in TERMS.items():
            among = ", ".join(f"'{term}'" for term in terms)
            trial.add_column(sa.Column(name, sa.String(40), nullable=True))
            trial.create_check_constraint(op.f(f"ck_trial_{name}"), f"{name} IN ({among})")
    op.add_column("trial_outcome", sa.Column("type_units_analyzed", sa.String(), nullable=True))
    op.add_column("outcome_result", sa.Column("units_analyzed", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("outcome_result") as result:
        result.drop_column("units_analyzed")
    with op.batch_alter_table("trial_outcome") as outcome:
        outcome.drop_column("type_units_analyzed")
    with op.batch_alter_table("trial") as trial:
        for name in reversed(TERMS):
            trial.drop_constraint(op.f(f"ck_trial_{name}"), type_="check")
            trial.drop_column(name)
