"""Keep what each source says, record by record, and what its records give beyond the seed's."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    """Add them. Documents are made anew afterwards, by `medfacts migrate`."""
    op.create_table(
        "imported_source",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("released", sa.String(), nullable=True),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("complete", sa.String(), nullable=True),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("row", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_source")),
    )
    op.create_table(
        "imported_statement",
        sa.Column("digest", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_imported_statement")),
    )
    op.create_table(
        "imported_record",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("released", sa.String(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["imported_source.id"], name=op.f("fk_imported_record_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "id", name=op.f("pk_imported_record")),
    )
    op.create_table(
        "imported_substance",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("called", sa.String(), nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("matched_by", sa.String(), nullable=True),
        sa.Column("set_aside", sa.String(), nullable=True),
        sa.Column("candidates", JSON, nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("contested", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["imported_source.id"], name=op.f("fk_imported_substance_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("pk_imported_substance")),
    )
    op.create_index(op.f("ix_imported_substance_drug_id"), "imported_substance", ["drug_id"])

    op.create_table(
        "set_aside",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["imported_source.id"], name=op.f("fk_set_aside_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "position", name=op.f("pk_set_aside")),
    )
    op.create_table(
        "drug_ingredient",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("drug", KEY, nullable=True),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug"],
            ["drug.id"],
            name=op.f("fk_drug_ingredient_drug"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_drug_ingredient_drug_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_drug_ingredient_evidence_id")
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name=op.f("pk_drug_ingredient")),
    )
    op.create_index(op.f("ix_drug_ingredient_drug"), "drug_ingredient", ["drug"])
    op.create_index(op.f("ix_drug_ingredient_evidence_id"), "drug_ingredient", ["evidence_id"])

    op.create_table(
        "drug_status",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "approved",
                "withdrawn",
                name="regulatory_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_drug_status_drug_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_drug_status_evidence_id")
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name=op.f("pk_drug_status")),
    )
    op.create_index(op.f("ix_drug_status_evidence_id"), "drug_status", ["evidence_id"])

    op.create_table(
        "imported_mention",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("noun", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["imported_record.source_id", "imported_record.id"],
            name="fk_imported_mention_record",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "record_id", "noun", "id", name=op.f("pk_imported_mention")
        ),
    )
    op.create_index("ix_imported_mention_noun_id", "imported_mention", ["noun", "id"])

    op.create_table(
        "imported_record_statement",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locator", sa.String(), nullable=False),
        sa.Column("cite", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["imported_record.source_id", "imported_record.id"],
            name="fk_imported_record_statement_record",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "record_id", "position", name=op.f("pk_imported_record_statement")
        ),
    )
    op.create_index(
        op.f("ix_imported_record_statement_digest"), "imported_record_statement", ["digest"]
    )

    op.create_table(
        "imported_record_substance",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("substance_key", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["imported_record.source_id", "imported_record.id"],
            name="fk_imported_record_substance_record",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "record_id", "position", name=op.f("pk_imported_record_substance")
        ),
    )
    op.create_index(
        "ix_imported_record_substance_key",
        "imported_record_substance",
        ["source_id", "substance_key"],
    )

    with op.batch_alter_table("discrepancy") as batch:
        batch.alter_column("subject_id", existing_type=sa.VARCHAR(), nullable=True)
        batch.drop_constraint(op.f("fk_discrepancy_subject_id"), type_="foreignkey")
        batch.create_foreign_key(
            op.f("fk_discrepancy_subject_id"),
            "fact",
            ["subject_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    op.execute("DELETE FROM document")
    op.execute("UPDATE release SET rendered_by = NULL")
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("digest", sa.String(), nullable=False))

    with op.batch_alter_table("fact") as batch:
        batch.add_column(sa.Column("substance", JSON, nullable=True))

    with op.batch_alter_table("mechanism") as batch:
        batch.add_column(sa.Column("species", sa.String(), nullable=True))
        batch.add_column(sa.Column("selectivity", sa.String(), nullable=True))
        batch.add_column(sa.Column("primary_target", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("endogenous", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("comment", sa.String(), nullable=True))

    with op.batch_alter_table("outcome_analysis") as batch:
        batch.add_column(sa.Column("ci_num_sides", sa.String(), nullable=True))
        batch.add_column(sa.Column("dispersion_type", sa.String(), nullable=True))
        batch.add_column(sa.Column("dispersion_value", sa.Float(), nullable=True))
        batch.add_column(sa.Column("arms", JSON, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("hypothesis", sa.String(), nullable=True))

    with op.batch_alter_table("outcome_result") as batch:
        _let_arms_go(batch, ondelete="CASCADE")
        batch.add_column(sa.Column("class_title", sa.String(), nullable=True))
        batch.add_column(sa.Column("category_title", sa.String(), nullable=True))
        batch.add_column(sa.Column("comment", sa.String(), nullable=True))

    with op.batch_alter_table("release") as batch:
        batch.add_column(sa.Column("version", sa.String(), nullable=True))
        batch.add_column(sa.Column("released", sa.String(), nullable=True))

    with op.batch_alter_table("trial") as batch:
        batch.add_column(sa.Column("why_stopped", sa.String(), nullable=True))

    with op.batch_alter_table("trial_arm") as batch:
        batch.add_column(sa.Column("interventions", JSON, nullable=False, server_default="[]"))

    with op.batch_alter_table("trial_outcome") as batch:
        batch.add_column(sa.Column("description", sa.String(), nullable=True))
    for table, column in (("outcome_analysis", "arms"), ("trial_arm", "interventions")):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, server_default=None)


def downgrade() -> None:
    """Remove them, and with them the discrepancies about a drug's own record."""
    op.execute(
        "DELETE FROM discrepancy_value WHERE discrepancy_id IN "
        "(SELECT id FROM discrepancy WHERE subject_id IS NULL)"
    )
    op.execute("DELETE FROM fact WHERE id IN (SELECT id FROM discrepancy WHERE subject_id IS NULL)")
    op.execute("DELETE FROM discrepancy WHERE subject_id IS NULL")
    with op.batch_alter_table("trial_outcome") as batch:
        batch.drop_column("description")

    with op.batch_alter_table("trial_arm") as batch:
        batch.drop_column("interventions")

    with op.batch_alter_table("trial") as batch:
        batch.drop_column("why_stopped")

    with op.batch_alter_table("release") as batch:
        batch.drop_column("released")
        batch.drop_column("version")

    with op.batch_alter_table("outcome_result") as batch:
        _let_arms_go(batch, ondelete=None)
        batch.drop_column("comment")
        batch.drop_column("category_title")
        batch.drop_column("class_title")

    with op.batch_alter_table("outcome_analysis") as batch:
        batch.drop_column("hypothesis")
        batch.drop_column("arms")
        batch.drop_column("dispersion_value")
        batch.drop_column("dispersion_type")
        batch.drop_column("ci_num_sides")

    with op.batch_alter_table("mechanism") as batch:
        batch.drop_column("comment")
        batch.drop_column("endogenous")
        batch.drop_column("primary_target")
        batch.drop_column("selectivity")
        batch.drop_column("species")

    with op.batch_alter_table("fact") as batch:
        batch.drop_column("substance")

    with op.batch_alter_table("document") as batch:
        batch.drop_column("digest")

    with op.batch_alter_table("discrepancy") as batch:
        batch.drop_constraint(op.f("fk_discrepancy_subject_id"), type_="foreignkey")
        batch.create_foreign_key(op.f("fk_discrepancy_subject_id"), "fact", ["subject_id"], ["id"])
        batch.alter_column("subject_id", existing_type=sa.VARCHAR(), nullable=False)

    op.drop_table("imported_record_substance")

    op.drop_table("imported_record_statement")

    op.drop_table("imported_mention")

    op.drop_table("drug_status")

    op.drop_table("drug_ingredient")
    op.drop_table("set_aside")

    op.drop_table("imported_substance")
    op.drop_table("imported_record")
    op.drop_table("imported_statement")
    op.drop_table("imported_source")


def _let_arms_go(batch: BatchOperations, ondelete: str | None) -> None:
    """Whether a result goes with its arm: when a trial went, Postgres asked which went first."""
    name = "fk_outcome_result_trial_id_arm"
    columns = ["trial_id", "arm"], ["trial_id", "id"]
    batch.drop_constraint(name, type_="foreignkey")
    batch.create_foreign_key(name, "trial_arm", *columns, ondelete=ondelete)
