"""Create the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "evidence",
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("first_position", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_position = 0", name=op.f("ck_evidence_first_position")),
        sa.ForeignKeyConstraint(
            ["id", "first_position"],
            ["citation.evidence_id", "citation.position"],
            name="fk_evidence_first_citation",
            initially="DEFERRED",
            deferrable=True,
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("loader", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_release")),
    )
    op.create_table(
        "source",
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=True),
        sa.Column("published", sa.String(), nullable=True),
        sa.Column("updated", sa.String(), nullable=True),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(published) IN (4, 7, 10)", name=op.f("ck_source_published")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_source_sha256")),
        sa.CheckConstraint("length(updated) IN (4, 7, 10)", name=op.f("ck_source_updated")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "target",
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    op.create_table(
        "citation",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "source_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("locator", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_citation_evidence_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_citation_source_id")),
        sa.PrimaryKeyConstraint("position", "evidence_id", name=op.f("pk_citation")),
    )
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citation_source_id"), ["source_id"], unique=False)

    op.create_table(
        "condition",
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("codes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(description IS NULL) = (evidence_id IS NULL)",
            name=op.f("ck_condition_description_is_cited"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_condition_evidence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
    )
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_condition_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "drug",
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "folded_name",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(description IS NULL) = (evidence_id IS NULL)",
            name=op.f("ck_drug_description_is_cited"),
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_drug_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drug")),
    )
    with op.batch_alter_table("drug", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drug_evidence_id"), ["evidence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drug_folded_name"), ["folded_name"], unique=False)

    op.create_table(
        "release_file",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_number"],
            ["release.number"],
            name=op.f("fk_release_file_release_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", "release_number", name=op.f("pk_release_file")),
    )
    op.create_table(
        "target_identifier",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "target_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "system",
            sa.Enum(
                "gtopdb",
                "uniprot",
                "chembl",
                name="target_system",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["target.id"],
            name=op.f("fk_target_identifier_target_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", "target_id", name=op.f("pk_target_identifier")),
    )
    op.create_table(
        "approval",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "drug_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("application_number", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.CheckConstraint("length(date) IN (4, 7, 10)", name=op.f("ck_approval_date")),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_approval_drug_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_approval_evidence_id")
        ),
        sa.PrimaryKeyConstraint("position", "drug_id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "coverage",
        sa.Column(
            "drug_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "source_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.CheckConstraint("length(as_of) = 10", name=op.f("ck_coverage_as_of")),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_coverage_drug_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_coverage_source_id")),
        sa.PrimaryKeyConstraint("drug_id", "kind", "source_id", name=op.f("pk_coverage")),
    )
    op.create_table(
        "drug_class",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "drug_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "EPC",
                "MoA",
                "PE",
                "CS",
                name="class_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_drug_class_drug_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_drug_class_evidence_id")
        ),
        sa.PrimaryKeyConstraint("position", "drug_id", name=op.f("pk_drug_class")),
    )
    with op.batch_alter_table("drug_class", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_drug_class_evidence_id"), ["evidence_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_drug_class_id"), ["id"], unique=False)

    op.create_table(
        "drug_identifier",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "drug_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "system",
            sa.Enum(
                "unii",
                "rxcui",
                "cas",
                "drugbank",
                "chembl",
                "gtopdb",
                "pubchem_cid",
                "inchikey",
                "atc",
                "ndc",
                "spl_set_id",
                name="identifier_system",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_drug_identifier_drug_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_drug_identifier_evidence_id")
        ),
        sa.PrimaryKeyConstraint("position", "drug_id", name=op.f("pk_drug_identifier")),
        sa.UniqueConstraint("system", "value", name=op.f("uq_drug_identifier_system_value")),
    )
    with op.batch_alter_table("drug_identifier", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_drug_identifier_evidence_id"), ["evidence_id"], unique=False
        )

    op.create_table(
        "drug_name",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "drug_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "generic",
                "brand",
                "synonym",
                name="name_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "folded_name",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_drug_name_drug_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_drug_name_evidence_id")
        ),
        sa.PrimaryKeyConstraint("position", "drug_id", name=op.f("pk_drug_name")),
    )
    with op.batch_alter_table("drug_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drug_name_evidence_id"), ["evidence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drug_name_folded_name"), ["folded_name"], unique=False)

    op.create_table(
        "fact",
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column(
            "certainty",
            sa.Enum(
                "stated",
                "hedged",
                name="certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "drug_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["drug_id"], ["drug.id"], name=op.f("fk_fact_drug_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_fact_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_fact_id_kind")),
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index("ix_fact_drug_id_kind_id", ["drug_id", "kind", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fact_evidence_id"), ["evidence_id"], unique=False)
        batch_op.create_index("ix_fact_kind_id", ["kind", "id"], unique=False)

    op.create_table(
        "discrepancy",
        sa.Column("note", sa.String(), nullable=True),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "subject_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("field", sa.String(), nullable=False),
        sa.CheckConstraint("kind = 'discrepancies'", name=op.f("ck_discrepancy_kind")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name=op.f("fk_discrepancy_id_kind"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["fact.id"], name=op.f("fk_discrepancy_subject_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
    )
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discrepancy_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "indication",
        sa.Column(
            "status",
            sa.Enum(
                "approved",
                "off_label",
                "investigational",
                "not_effective",
                name="indication_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("jurisdiction", sa.String(), nullable=True),
        sa.Column("populations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("section", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "condition_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.CheckConstraint("kind = 'indications'", name=op.f("ck_indication_kind")),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_indication_condition_id")
        ),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name=op.f("fk_indication_id_kind"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indication")),
    )
    with op.batch_alter_table("indication", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_indication_condition_id"), ["condition_id"], unique=False
        )

    op.create_table(
        "mechanism",
        sa.Column("mechanism_of_action", sa.String(), nullable=True),
        sa.Column(
            "action_type",
            sa.Enum(
                "AGONIST",
                "PARTIAL AGONIST",
                "INVERSE AGONIST",
                "ANTAGONIST",
                "ALLOSTERIC ANTAGONIST",
                "POSITIVE ALLOSTERIC MODULATOR",
                "NEGATIVE ALLOSTERIC MODULATOR",
                "POSITIVE MODULATOR",
                "NEGATIVE MODULATOR",
                "MODULATOR",
                "ACTIVATOR",
                "INHIBITOR",
                "BLOCKER",
                "OPENER",
                "SUBSTRATE",
                "RELEASING AGENT",
                "BINDING AGENT",
                "OTHER",
                name="action_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("effect", sa.String(), nullable=True),
        sa.Column("affinity", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("section", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "target_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.CheckConstraint("kind = 'mechanisms'", name=op.f("ck_mechanism_kind")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name=op.f("fk_mechanism_id_kind"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_mechanism_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mechanism")),
    )
    with op.batch_alter_table("mechanism", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mechanism_target_id"), ["target_id"], unique=False)

    op.create_table(
        "pharmacokinetics",
        sa.Column(
            "process",
            sa.Enum(
                "absorption",
                "distribution",
                "metabolism",
                "excretion",
                name="process",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("organ", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("section", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.CheckConstraint("kind = 'pharmacokinetics'", name=op.f("ck_pharmacokinetics_kind")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name=op.f("fk_pharmacokinetics_id_kind"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pharmacokinetics")),
    )
    op.create_table(
        "trial",
        sa.Column("study", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE_NOT_RECRUITING",
                "COMPLETED",
                "ENROLLING_BY_INVITATION",
                "NOT_YET_RECRUITING",
                "RECRUITING",
                "SUSPENDED",
                "TERMINATED",
                "WITHDRAWN",
                "AVAILABLE",
                "NO_LONGER_AVAILABLE",
                "TEMPORARILY_NOT_AVAILABLE",
                "APPROVED_FOR_MARKETING",
                "WITHHELD",
                "UNKNOWN",
                name="trial_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "allocation",
            sa.Enum(
                "RANDOMIZED",
                "NON_RANDOMIZED",
                "NA",
                name="allocation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "intervention_model",
            sa.Enum(
                "SINGLE_GROUP",
                "PARALLEL",
                "CROSSOVER",
                "FACTORIAL",
                "SEQUENTIAL",
                name="intervention_model",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "masking",
            sa.Enum(
                "NONE",
                "SINGLE",
                "DOUBLE",
                "TRIPLE",
                "QUADRUPLE",
                name="masking",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "primary_purpose",
            sa.Enum(
                "TREATMENT",
                "PREVENTION",
                "DIAGNOSTIC",
                "ECT",
                "SUPPORTIVE_CARE",
                "SCREENING",
                "HEALTH_SERVICES_RESEARCH",
                "BASIC_SCIENCE",
                "DEVICE_FEASIBILITY",
                "OTHER",
                name="primary_purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("enrollment", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("start_date", sa.String(), nullable=True),
        sa.Column("completion_date", sa.String(), nullable=True),
        sa.Column("first_posted", sa.String(), nullable=True),
        sa.Column("duration", sa.String(), nullable=True),
        sa.Column("locations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.CheckConstraint("kind = 'trials'", name=op.f("ck_trial_kind")),
        sa.CheckConstraint(
            "length(completion_date) IN (4, 7, 10)", name=op.f("ck_trial_completion_date")
        ),
        sa.CheckConstraint(
            "length(first_posted) IN (4, 7, 10)", name=op.f("ck_trial_first_posted")
        ),
        sa.CheckConstraint("length(start_date) IN (4, 7, 10)", name=op.f("ck_trial_start_date")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name=op.f("fk_trial_id_kind"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
    )
    with op.batch_alter_table("trial", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trial_study"), ["study"], unique=False)

    op.create_table(
        "warning",
        sa.Column(
            "type",
            sa.Enum(
                "contraindication",
                "warning",
                "interaction",
                "undesirable-effect",
                name="warning_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.Enum(
                "abuse",
                "dependence",
                "dosing",
                "geriatric",
                "hepatic",
                "lactation",
                "overdosage",
                "pediatric",
                "pregnancy",
                "renal",
                "supervision",
                "withdrawal",
                name="warning_category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("boxed", sa.Boolean(), nullable=True),
        sa.Column(
            "severity",
            sa.Enum(
                "info",
                "warning",
                "critical",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("severity_basis", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=True),
        sa.Column("population", sa.String(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=True),
        sa.Column("consequences", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("advice", sa.String(), nullable=True),
        sa.Column("section", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.CheckConstraint("kind = 'warnings'", name=op.f("ck_warning_kind")),
        sa.CheckConstraint(
            "(severity IS NULL) = (severity_basis IS NULL)",
            name=op.f("ck_warning_severity_has_a_basis"),
        ),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name=op.f("fk_warning_id_kind"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning")),
    )
    op.create_table(
        "discrepancy_value",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "discrepancy_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"],
            ["discrepancy.id"],
            name=op.f("fk_discrepancy_value_discrepancy_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_discrepancy_value_evidence_id")
        ),
        sa.PrimaryKeyConstraint("position", "discrepancy_id", name=op.f("pk_discrepancy_value")),
    )
    with op.batch_alter_table("discrepancy_value", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_discrepancy_value_evidence_id"), ["evidence_id"], unique=False
        )

    op.create_table(
        "trial_arm",
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "EXPERIMENTAL",
                "ACTIVE_COMPARATOR",
                "PLACEBO_COMPARATOR",
                "SHAM_COMPARATOR",
                "NO_INTERVENTION",
                "OTHER",
                name="arm_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name=op.f("fk_trial_arm_trial_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name=op.f("pk_trial_arm")),
        sa.UniqueConstraint("trial_id", "id", name=op.f("uq_trial_arm_trial_id_id")),
    )
    op.create_table(
        "trial_conclusion",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column(
            "certainty",
            sa.Enum(
                "stated",
                "hedged",
                name="certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_trial_conclusion_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"],
            ["trial.id"],
            name=op.f("fk_trial_conclusion_trial_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", "trial_id", name=op.f("pk_trial_conclusion")),
    )
    with op.batch_alter_table("trial_conclusion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trial_conclusion_evidence_id"), ["evidence_id"], unique=False
        )

    op.create_table(
        "trial_condition",
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "condition_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_trial_condition_condition_id")
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name=op.f("fk_trial_condition_trial_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name=op.f("pk_trial_condition")),
    )
    with op.batch_alter_table("trial_condition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trial_condition_condition_id"), ["condition_id"], unique=False
        )

    op.create_table(
        "trial_definition",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_trial_definition_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"],
            ["trial.id"],
            name=op.f("fk_trial_definition_trial_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", "trial_id", name=op.f("pk_trial_definition")),
    )
    with op.batch_alter_table("trial_definition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trial_definition_evidence_id"), ["evidence_id"], unique=False
        )

    op.create_table(
        "trial_limitation",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column(
            "certainty",
            sa.Enum(
                "stated",
                "hedged",
                name="certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_trial_limitation_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"],
            ["trial.id"],
            name=op.f("fk_trial_limitation_trial_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", "trial_id", name=op.f("pk_trial_limitation")),
    )
    with op.batch_alter_table("trial_limitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trial_limitation_evidence_id"), ["evidence_id"], unique=False
        )

    op.create_table(
        "trial_outcome",
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column(
            "certainty",
            sa.Enum(
                "stated",
                "hedged",
                name="certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "PRIMARY",
                "SECONDARY",
                "OTHER_PRE_SPECIFIED",
                "POST_HOC",
                name="outcome_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("time_frame", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column(
            "param_type",
            sa.Enum(
                "GEOMETRIC_MEAN",
                "GEOMETRIC_LEAST_SQUARES_MEAN",
                "LEAST_SQUARES_MEAN",
                "LOG_MEAN",
                "MEAN",
                "MEDIAN",
                "NUMBER",
                "COUNT_OF_PARTICIPANTS",
                "COUNT_OF_UNITS",
                name="param_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("population_description", sa.String(), nullable=True),
        sa.Column(
            "evidence_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_trial_outcome_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name=op.f("fk_trial_outcome_trial_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name=op.f("pk_trial_outcome")),
    )
    with op.batch_alter_table("trial_outcome", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trial_outcome_evidence_id"), ["evidence_id"], unique=False
        )

    op.create_table(
        "trial_phase",
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "NA",
                "EARLY_PHASE1",
                "PHASE1",
                "PHASE2",
                "PHASE3",
                "PHASE4",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name=op.f("fk_trial_phase_trial_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name=op.f("pk_trial_phase")),
    )
    op.create_table(
        "trial_registry_id",
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("registry_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trial_id"],
            ["trial.id"],
            name=op.f("fk_trial_registry_id_trial_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name=op.f("pk_trial_registry_id")),
    )
    with op.batch_alter_table("trial_registry_id", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trial_registry_id_registry_id"), ["registry_id"], unique=False
        )

    op.create_table(
        "outcome_analysis",
        sa.Column("as_printed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("outcome_position", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("param_type", sa.String(), nullable=True),
        sa.Column("param_value", sa.Float(), nullable=True),
        sa.Column("ci_percent", sa.Float(), nullable=True),
        sa.Column("ci_lower_limit", sa.Float(), nullable=True),
        sa.Column("ci_upper_limit", sa.Float(), nullable=True),
        sa.Column("p_value", sa.Float(), nullable=True),
        sa.Column("statistical_method", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["trial_id", "outcome_position"],
            ["trial_outcome.trial_id", "trial_outcome.position"],
            name=op.f("fk_outcome_analysis_trial_id_outcome_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "trial_id", "outcome_position", "position", name=op.f("pk_outcome_analysis")
        ),
    )
    op.create_table(
        "outcome_result",
        sa.Column("as_printed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("outcome_position", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "arm", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column(
            "dispersion_type",
            sa.Enum(
                "NA",
                "STANDARD_DEVIATION",
                "STANDARD_ERROR",
                "INTER_QUARTILE_RANGE",
                "FULL_RANGE",
                "CONFIDENCE_80",
                "CONFIDENCE_90",
                "CONFIDENCE_95",
                "CONFIDENCE_975",
                "CONFIDENCE_99",
                "CONFIDENCE_OTHER",
                "GEOMETRIC_COEFFICIENT",
                name="dispersion_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("spread", sa.Float(), nullable=True),
        sa.Column("lower_limit", sa.Float(), nullable=True),
        sa.Column("upper_limit", sa.Float(), nullable=True),
        sa.CheckConstraint("count <= participants", name=op.f("ck_outcome_result_count")),
        sa.ForeignKeyConstraint(
            ["trial_id", "arm"],
            ["trial_arm.trial_id", "trial_arm.id"],
            name=op.f("fk_outcome_result_trial_id_arm"),
        ),
        sa.ForeignKeyConstraint(
            ["trial_id", "outcome_position"],
            ["trial_outcome.trial_id", "trial_outcome.position"],
            name=op.f("fk_outcome_result_trial_id_outcome_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "trial_id", "outcome_position", "position", name=op.f("pk_outcome_result")
        ),
    )
    op.create_table(
        "trial_dose",
        sa.Column(
            "trial_id",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("arm_position", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("frequency", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["trial_id", "arm_position"],
            ["trial_arm.trial_id", "trial_arm.position"],
            name=op.f("fk_trial_dose_trial_id_arm_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("trial_id", "arm_position", "position", name=op.f("pk_trial_dose")),
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite has it from the table above
        op.create_foreign_key(
            "fk_evidence_first_citation",
            "evidence",
            "citation",
            ["id", "first_position"],
            ["evidence_id", "position"],
            deferrable=True,
            initially="DEFERRED",
        )


def downgrade() -> None:
    """Undo it."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_evidence_first_citation", "evidence", type_="foreignkey")
    op.drop_table("trial_dose")
    op.drop_table("outcome_result")
    op.drop_table("outcome_analysis")
    with op.batch_alter_table("trial_registry_id", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_registry_id_registry_id"))

    op.drop_table("trial_registry_id")
    op.drop_table("trial_phase")
    with op.batch_alter_table("trial_outcome", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_outcome_evidence_id"))

    op.drop_table("trial_outcome")
    with op.batch_alter_table("trial_limitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_limitation_evidence_id"))

    op.drop_table("trial_limitation")
    with op.batch_alter_table("trial_definition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_definition_evidence_id"))

    op.drop_table("trial_definition")
    with op.batch_alter_table("trial_condition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_condition_condition_id"))

    op.drop_table("trial_condition")
    with op.batch_alter_table("trial_conclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_conclusion_evidence_id"))

    op.drop_table("trial_conclusion")
    op.drop_table("trial_arm")
    with op.batch_alter_table("discrepancy_value", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_discrepancy_value_evidence_id"))

    op.drop_table("discrepancy_value")
    op.drop_table("warning")
    with op.batch_alter_table("trial", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_study"))

    op.drop_table("trial")
    op.drop_table("pharmacokinetics")
    with op.batch_alter_table("mechanism", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mechanism_target_id"))

    op.drop_table("mechanism")
    with op.batch_alter_table("indication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indication_condition_id"))

    op.drop_table("indication")
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_discrepancy_subject_id"))

    op.drop_table("discrepancy")
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.drop_index("ix_fact_kind_id")
        batch_op.drop_index(batch_op.f("ix_fact_evidence_id"))
        batch_op.drop_index("ix_fact_drug_id_kind_id")

    op.drop_table("fact")
    with op.batch_alter_table("drug_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drug_name_folded_name"))
        batch_op.drop_index(batch_op.f("ix_drug_name_evidence_id"))

    op.drop_table("drug_name")
    with op.batch_alter_table("drug_identifier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drug_identifier_evidence_id"))

    op.drop_table("drug_identifier")
    with op.batch_alter_table("drug_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drug_class_id"))
        batch_op.drop_index(batch_op.f("ix_drug_class_evidence_id"))

    op.drop_table("drug_class")
    op.drop_table("coverage")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_evidence_id"))

    op.drop_table("approval")
    op.drop_table("target_identifier")
    op.drop_table("release_file")
    with op.batch_alter_table("drug", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drug_folded_name"))
        batch_op.drop_index(batch_op.f("ix_drug_evidence_id"))

    op.drop_table("drug")
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_condition_evidence_id"))

    op.drop_table("condition")
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citation_source_id"))

    op.drop_table("citation")
    op.drop_table("target")
    op.drop_table("source")
    op.drop_table("release")
    op.drop_table("evidence")
