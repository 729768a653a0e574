"""Add the documents that are served, and have parts and drugs found by their keys and names.

The keys of parts began with the position, so an owner's parts were found by reading them all.
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


OWNERS = {
    "approval": ("drug_id",),
    "citation": ("evidence_id",),
    "discrepancy_value": ("discrepancy_id",),
    "drug_class": ("drug_id",),
    "drug_identifier": ("drug_id",),
    "drug_name": ("drug_id",),
    "outcome_analysis": ("trial_id", "outcome_position"),
    "outcome_result": ("trial_id", "outcome_position"),
    "release_file": ("release_number",),
    "target_identifier": ("target_id",),
    "trial_arm": ("trial_id",),
    "trial_conclusion": ("trial_id",),
    "trial_condition": ("trial_id",),
    "trial_definition": ("trial_id",),
    "trial_dose": ("trial_id", "arm_position"),
    "trial_limitation": ("trial_id",),
    "trial_outcome": ("trial_id",),
    "trial_phase": ("trial_id",),
    "trial_registry_id": ("trial_id",),
}
"""The tables of parts, and the columns of their keys before `position`."""

NARROWED = {
    "drug": ("folded_name",),
    "discrepancy": ("subject_id",),
    "indication": ("condition_id", "status"),
    "mechanism": ("action_type", "target_id"),
    "pharmacokinetics": ("organ", "process"),
    "trial": ("study",),
    "warning": ("boxed", "category", "severity", "type"),
}
"""The columns that lists are narrowed or ordered by: each index goes on with the id."""

ALONE = {
    "drug": ("folded_name",),
    "discrepancy": ("subject_id",),
    "indication": ("condition_id",),
    "mechanism": ("target_id",),
    "trial": ("study",),
}
"""Those of them that had an index which did not."""


def upgrade() -> None:
    """Add them. They are empty until `medfacts migrate` or a loader has written them."""
    _put_owners_first()
    op.create_table(
        "document",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_document_drug_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_drug_id_kind_id", "document", ["drug_id", "kind", "id"])
    op.add_column("release", sa.Column("rendered_by", sa.String(), nullable=True))
    for table, column in _each(ALONE):
        op.drop_index(f"ix_{table}_{column}", table)
    for table, column in _each(NARROWED):
        op.create_index(f"ix_{table}_{column}_id", table, [column, "id"])


def downgrade() -> None:
    """Remove them; every fact is in the other tables. The keys of parts stay as they are."""
    for table, column in _each(NARROWED):
        op.drop_index(f"ix_{table}_{column}_id", table)
    for table, column in _each(ALONE):
        op.create_index(f"ix_{table}_{column}", table, [column])
    with op.batch_alter_table("release") as release:
        release.drop_column("rendered_by")
    op.drop_index("ix_document_drug_id_kind_id", "document")
    op.drop_table("document")


def _each(columns: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for table, names in columns.items():
        for name in names:
            yield table, name


def _put_owners_first() -> None:
    """Make the keys of parts anew, and on Postgres the foreign keys that rest on them."""
    if op.get_bind().dialect.name == "sqlite":
        for table, owner in OWNERS.items():
            with op.batch_alter_table(table, recreate="always") as part:
                part.create_primary_key(f"pk_{table}", [*owner, "position"])
        return
    inspector = sa.inspect(op.get_bind())
    resting = [
        (table, key)
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        if key["referred_table"] in OWNERS
    ]
    for table, key in resting:
        op.drop_constraint(str(key["name"]), table, type_="foreignkey")
    for table, owner in OWNERS.items():
        op.drop_constraint(f"pk_{table}", table, type_="primary")
        op.create_primary_key(f"pk_{table}", table, [*owner, "position"])
    for table, key in resting:
        columns = key["constrained_columns"], key["referred_columns"]
        op.create_foreign_key(
            key["name"], table, key["referred_table"], *columns, **key.get("options", {})
        )
