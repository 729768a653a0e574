"""Create the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
JSON = sa.JSON(none_as_null=True)

TABLES = (
    "evidence",
    "imported_source",
    "imported_statement",
    "release",
    "searched_piece",
    "source",
    "target",
    "citation",
    "condition",
    "drug",
    "imported_record",
    "imported_substance",
    "release_file",
    "set_aside",
    "target_identifier",
    "approval",
    "claimed_identifier",
    "claimed_name",
    "coverage",
    "document",
    "drug_class",
    "drug_identifier",
    "drug_ingredient",
    "drug_name",
    "drug_status",
    "fact",
    "imported_mention",
    "imported_record_statement",
    "imported_record_substance",
    "searched_name",
    "discrepancy",
    "indication",
    "mechanism",
    "pharmacokinetics",
    "trial",
    "warning",
    "discrepancy_value",
    "trial_arm",
    "trial_conclusion",
    "trial_condition",
    "trial_definition",
    "trial_limitation",
    "trial_outcome",
    "trial_phase",
    "trial_registry_id",
    "outcome_analysis",
    "outcome_result",
    "trial_dose",
)
"""In the order in which they are created."""


def upgrade() -> None:
    """Create the tables, and the indexes of words and of parts of names."""
    op.create_table(
        "evidence",
        sa.Column("id", KEY, nullable=False),
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
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
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
        sa.PrimaryKeyConstraint("id", name="pk_imported_source"),
    )
    op.create_table(
        "imported_statement",
        sa.Column("digest", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_imported_statement"),
    )
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("loader", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("released", sa.String(), nullable=True),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_version", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_release"),
    )
    op.create_table(
        "searched_piece",
        sa.Column("piece", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.PrimaryKeyConstraint("piece", "key", name="pk_searched_piece"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source",
        sa.Column("id", KEY, nullable=False),
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
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )
    op.create_table(
        "target",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_target"),
    )
    op.create_table(
        "citation",
        sa.Column("evidence_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("locator", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_citation_evidence_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_citation_source_id"),
        sa.PrimaryKeyConstraint("evidence_id", "position", name="pk_citation"),
    )
    op.create_index("ix_citation_source_id", "citation", ["source_id"])
    op.create_table(
        "condition",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("codes", JSON, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("evidence_id", KEY, nullable=True),
        sa.CheckConstraint(
            "(description IS NULL) = (evidence_id IS NULL)",
            name=op.f("ck_condition_description_is_cited"),
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_condition_evidence_id"),
        sa.PrimaryKeyConstraint("id", name="pk_condition"),
    )
    op.create_index("ix_condition_evidence_id", "condition", ["evidence_id"])
    op.create_table(
        "drug",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded_name", KEY, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("evidence_id", KEY, nullable=True),
        sa.CheckConstraint(
            "(description IS NULL) = (evidence_id IS NULL)",
            name=op.f("ck_drug_description_is_cited"),
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_drug_evidence_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drug"),
    )
    op.create_index("ix_drug_evidence_id", "drug", ["evidence_id"])
    op.create_index("ix_drug_folded_name_id", "drug", ["folded_name", "id"])
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
            ["source_id"], ["imported_source.id"], name="fk_imported_record_source_id"
        ),
        sa.PrimaryKeyConstraint("source_id", "id", name="pk_imported_record"),
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
            ["source_id"], ["imported_source.id"], name="fk_imported_substance_source_id"
        ),
        sa.PrimaryKeyConstraint("source_id", "key", name="pk_imported_substance"),
    )
    op.create_index("ix_imported_substance_drug_id", "imported_substance", ["drug_id"])
    op.create_table(
        "release_file",
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_number"],
            ["release.number"],
            name="fk_release_file_release_number",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("release_number", "position", name="pk_release_file"),
    )
    op.create_table(
        "set_aside",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["imported_source.id"], name="fk_set_aside_source_id"
        ),
        sa.PrimaryKeyConstraint("source_id", "position", name="pk_set_aside"),
    )
    op.create_table(
        "target_identifier",
        sa.Column("target_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "system", _one_of("target_system", "gtopdb", "uniprot", "chembl"), nullable=False
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name="fk_target_identifier_target_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("target_id", "position", name="pk_target_identifier"),
    )
    op.create_table(
        "approval",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("application_number", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.CheckConstraint("length(date) IN (4, 7, 10)", name=op.f("ck_approval_date")),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_approval_drug_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_approval_evidence_id"),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_approval"),
    )
    op.create_index("ix_approval_evidence_id", "approval", ["evidence_id"])
    op.create_table(
        "claimed_identifier",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column(
            "system",
            _one_of(
                "identifier_system",
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
            ),
            nullable=False,
        ),
        sa.Column("value", KEY, nullable=False),
        sa.Column("substance", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_claimed_identifier_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "system", "value", name="pk_claimed_identifier"),
    )
    op.create_index("ix_claimed_identifier_system_value", "claimed_identifier", ["system", "value"])
    op.create_table(
        "claimed_name",
        sa.Column("key", KEY, nullable=False),
        sa.Column("claim", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("substance", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_claimed_name_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "claim", name="pk_claimed_name"),
    )
    op.create_index("ix_claimed_name_drug_id", "claimed_name", ["drug_id"])
    op.create_table(
        "coverage",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.CheckConstraint("length(as_of) = 10", name=op.f("ck_coverage_as_of")),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_coverage_drug_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_coverage_source_id"),
        sa.PrimaryKeyConstraint("drug_id", "kind", "source_id", name="pk_coverage"),
    )
    op.create_table(
        "document",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_document_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "id", name="pk_document"),
    )
    op.create_index("ix_document_drug_id_kind_id", "document", ["drug_id", "kind", "id"])
    op.create_index("ix_document_number", "document", ["number"], unique=True)
    op.create_table(
        "drug_class",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", _one_of("class_type", "EPC", "MoA", "PE", "CS"), nullable=True),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_drug_class_drug_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_drug_class_evidence_id"),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_class"),
    )
    op.create_index("ix_drug_class_evidence_id", "drug_class", ["evidence_id"])
    op.create_index("ix_drug_class_id", "drug_class", ["id"])
    op.create_table(
        "drug_identifier",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "system",
            _one_of(
                "identifier_system",
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
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_drug_identifier_drug_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_drug_identifier_evidence_id"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_identifier"),
        sa.UniqueConstraint("system", "value", name="uq_drug_identifier_system_value"),
    )
    op.create_index("ix_drug_identifier_evidence_id", "drug_identifier", ["evidence_id"])
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
            name="fk_drug_ingredient_drug",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_drug_ingredient_drug_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_drug_ingredient_evidence_id"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_ingredient"),
    )
    op.create_index("ix_drug_ingredient_drug", "drug_ingredient", ["drug"])
    op.create_index("ix_drug_ingredient_evidence_id", "drug_ingredient", ["evidence_id"])
    op.create_table(
        "drug_name",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", _one_of("name_type", "generic", "brand", "synonym"), nullable=False),
        sa.Column("folded_name", KEY, nullable=False),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_drug_name_drug_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_drug_name_evidence_id"),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_name"),
    )
    op.create_index("ix_drug_name_evidence_id", "drug_name", ["evidence_id"])
    op.create_table(
        "drug_status",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", _one_of("regulatory_status", "approved", "withdrawn"), nullable=False),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_drug_status_drug_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_drug_status_evidence_id"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_status"),
    )
    op.create_index("ix_drug_status_evidence_id", "drug_status", ["evidence_id"])
    op.create_table(
        "fact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("certainty", _one_of("certainty", "stated", "hedged"), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("substance", JSON, nullable=True),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["drug_id"], ["drug.id"], name="fk_fact_drug_id"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_fact_evidence_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
        sa.UniqueConstraint("id", "kind", name="uq_fact_id_kind"),
    )
    op.create_index("ix_fact_drug_id_kind_id", "fact", ["drug_id", "kind", "id"])
    op.create_index("ix_fact_evidence_id", "fact", ["evidence_id"])
    op.create_index("ix_fact_kind_id", "fact", ["kind", "id"])
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
        sa.PrimaryKeyConstraint("source_id", "record_id", "noun", "id", name="pk_imported_mention"),
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
            "source_id", "record_id", "position", name="pk_imported_record_statement"
        ),
    )
    op.create_index("ix_imported_record_statement_digest", "imported_record_statement", ["digest"])
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
            "source_id", "record_id", "position", name="pk_imported_record_substance"
        ),
    )
    op.create_index(
        "ix_imported_record_substance_key",
        "imported_record_substance",
        ["source_id", "substance_key"],
    )
    op.create_table(
        "searched_name",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", _one_of("name_type", "generic", "brand", "synonym"), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_searched_name_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_searched_name"),
    )
    op.create_index(
        "ix_searched_name_key_rank_drug_id", "searched_name", ["key", "rank", "drug_id"]
    )
    op.create_table(
        "discrepancy",
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("subject_id", KEY, nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.CheckConstraint("kind = 'discrepancies'", name=op.f("ck_discrepancy_kind")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name="fk_discrepancy_id_kind",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["fact.id"],
            name="fk_discrepancy_subject_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_discrepancy"),
    )
    op.create_index("ix_discrepancy_subject_id_id", "discrepancy", ["subject_id", "id"])
    op.create_table(
        "indication",
        sa.Column(
            "status",
            _one_of(
                "indication_status", "approved", "off_label", "investigational", "not_effective"
            ),
            nullable=False,
        ),
        sa.Column("jurisdiction", sa.String(), nullable=True),
        sa.Column("populations", JSON, nullable=False),
        sa.Column("section", JSON, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("condition_id", KEY, nullable=True),
        sa.CheckConstraint("kind = 'indications'", name=op.f("ck_indication_kind")),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name="fk_indication_condition_id"
        ),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name="fk_indication_id_kind",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_indication"),
    )
    op.create_index("ix_indication_condition_id_id", "indication", ["condition_id", "id"])
    op.create_index("ix_indication_status_id", "indication", ["status", "id"])
    op.create_table(
        "mechanism",
        sa.Column("mechanism_of_action", sa.String(), nullable=True),
        sa.Column(
            "action_type",
            _one_of(
                "action_type",
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
            ),
            nullable=True,
        ),
        sa.Column("effect", sa.String(), nullable=True),
        sa.Column("affinity", JSON, nullable=True),
        sa.Column("species", sa.String(), nullable=True),
        sa.Column("selectivity", sa.String(), nullable=True),
        sa.Column("primary_target", sa.Boolean(), nullable=True),
        sa.Column("endogenous", sa.Boolean(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("section", JSON, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("target_id", KEY, nullable=True),
        sa.CheckConstraint("kind = 'mechanisms'", name=op.f("ck_mechanism_kind")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name="fk_mechanism_id_kind",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_mechanism_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mechanism"),
    )
    op.create_index("ix_mechanism_action_type_id", "mechanism", ["action_type", "id"])
    op.create_index("ix_mechanism_target_id_id", "mechanism", ["target_id", "id"])
    op.create_table(
        "pharmacokinetics",
        sa.Column(
            "process",
            _one_of("process", "absorption", "distribution", "metabolism", "excretion"),
            nullable=True,
        ),
        sa.Column("organ", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("section", JSON, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.CheckConstraint("kind = 'pharmacokinetics'", name=op.f("ck_pharmacokinetics_kind")),
        sa.ForeignKeyConstraint(
            ["id", "kind"],
            ["fact.id", "fact.kind"],
            name="fk_pharmacokinetics_id_kind",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pharmacokinetics"),
    )
    op.create_index("ix_pharmacokinetics_organ_id", "pharmacokinetics", ["organ", "id"])
    op.create_index("ix_pharmacokinetics_process_id", "pharmacokinetics", ["process", "id"])
    op.create_table(
        "trial",
        sa.Column("study", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column(
            "status",
            _one_of(
                "trial_status",
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
            ),
            nullable=True,
        ),
        sa.Column(
            "study_type",
            _one_of("study_type", "EXPANDED_ACCESS", "INTERVENTIONAL", "OBSERVATIONAL"),
            nullable=True,
        ),
        sa.Column("why_stopped", sa.String(), nullable=True),
        sa.Column(
            "allocation", _one_of("allocation", "RANDOMIZED", "NON_RANDOMIZED", "NA"), nullable=True
        ),
        sa.Column(
            "intervention_model",
            _one_of(
                "intervention_model",
                "SINGLE_GROUP",
                "PARALLEL",
                "CROSSOVER",
                "FACTORIAL",
                "SEQUENTIAL",
            ),
            nullable=True,
        ),
        sa.Column(
            "observational_model",
            _one_of(
                "observational_model",
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
            nullable=True,
        ),
        sa.Column(
            "time_perspective",
            _one_of("time_perspective", "RETROSPECTIVE", "PROSPECTIVE", "CROSS_SECTIONAL", "OTHER"),
            nullable=True,
        ),
        sa.Column(
            "masking",
            _one_of("masking", "NONE", "SINGLE", "DOUBLE", "TRIPLE", "QUADRUPLE"),
            nullable=True,
        ),
        sa.Column(
            "primary_purpose",
            _one_of(
                "primary_purpose",
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
            ),
            nullable=True,
        ),
        sa.Column("enrollment", JSON, nullable=True),
        sa.Column("start_date", sa.String(), nullable=True),
        sa.Column(
            "start_date_type", _one_of("start_date_type", "ACTUAL", "ESTIMATED"), nullable=True
        ),
        sa.Column("completion_date", sa.String(), nullable=True),
        sa.Column(
            "completion_date_type",
            _one_of("completion_date_type", "ACTUAL", "ESTIMATED"),
            nullable=True,
        ),
        sa.Column("first_posted", sa.String(), nullable=True),
        sa.Column(
            "first_posted_type", _one_of("first_posted_type", "ACTUAL", "ESTIMATED"), nullable=True
        ),
        sa.Column("duration", sa.String(), nullable=True),
        sa.Column("locations", JSON, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.CheckConstraint("kind = 'trials'", name=op.f("ck_trial_kind")),
        sa.CheckConstraint(
            "length(completion_date) IN (4, 7, 10)", name=op.f("ck_trial_completion_date")
        ),
        sa.CheckConstraint(
            "length(first_posted) IN (4, 7, 10)", name=op.f("ck_trial_first_posted")
        ),
        sa.CheckConstraint("length(start_date) IN (4, 7, 10)", name=op.f("ck_trial_start_date")),
        sa.ForeignKeyConstraint(
            ["id", "kind"], ["fact.id", "fact.kind"], name="fk_trial_id_kind", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trial"),
    )
    op.create_index("ix_trial_study_id", "trial", ["study", "id"])
    op.create_table(
        "warning",
        sa.Column(
            "type",
            _one_of(
                "warning_type", "contraindication", "warning", "interaction", "undesirable-effect"
            ),
            nullable=False,
        ),
        sa.Column(
            "category",
            _one_of(
                "warning_category",
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
            ),
            nullable=True,
        ),
        sa.Column("boxed", sa.Boolean(), nullable=True),
        sa.Column("severity", _one_of("severity", "info", "warning", "critical"), nullable=True),
        sa.Column("severity_basis", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=True),
        sa.Column("population", sa.String(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=True),
        sa.Column("consequences", JSON, nullable=False),
        sa.Column("advice", sa.String(), nullable=True),
        sa.Column("section", JSON, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.CheckConstraint("kind = 'warnings'", name=op.f("ck_warning_kind")),
        sa.CheckConstraint(
            "(severity IS NULL) = (severity_basis IS NULL)",
            name=op.f("ck_warning_severity_has_a_basis"),
        ),
        sa.ForeignKeyConstraint(
            ["id", "kind"], ["fact.id", "fact.kind"], name="fk_warning_id_kind", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_warning"),
    )
    op.create_index("ix_warning_boxed_id", "warning", ["boxed", "id"])
    op.create_index("ix_warning_category_id", "warning", ["category", "id"])
    op.create_index("ix_warning_severity_id", "warning", ["severity", "id"])
    op.create_index("ix_warning_type_id", "warning", ["type", "id"])
    op.create_table(
        "discrepancy_value",
        sa.Column("discrepancy_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"],
            ["discrepancy.id"],
            name="fk_discrepancy_value_discrepancy_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_discrepancy_value_evidence_id"
        ),
        sa.PrimaryKeyConstraint("discrepancy_id", "position", name="pk_discrepancy_value"),
    )
    op.create_index("ix_discrepancy_value_evidence_id", "discrepancy_value", ["evidence_id"])
    op.create_table(
        "trial_arm",
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column(
            "type",
            _one_of(
                "arm_type",
                "EXPERIMENTAL",
                "ACTIVE_COMPARATOR",
                "PLACEBO_COMPARATOR",
                "SHAM_COMPARATOR",
                "NO_INTERVENTION",
                "OTHER",
            ),
            nullable=True,
        ),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("interventions", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_arm_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_arm"),
        sa.UniqueConstraint("trial_id", "id", name="uq_trial_arm_trial_id_id"),
    )
    op.create_table(
        "trial_conclusion",
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("certainty", _one_of("certainty", "stated", "hedged"), nullable=False),
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_trial_conclusion_evidence_id"
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_conclusion_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_conclusion"),
    )
    op.create_index("ix_trial_conclusion_evidence_id", "trial_conclusion", ["evidence_id"])
    op.create_table(
        "trial_condition",
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("condition_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name="fk_trial_condition_condition_id"
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_condition_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_condition"),
    )
    op.create_index("ix_trial_condition_condition_id", "trial_condition", ["condition_id"])
    op.create_table(
        "trial_definition",
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_trial_definition_evidence_id"
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_definition_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_definition"),
    )
    op.create_index("ix_trial_definition_evidence_id", "trial_definition", ["evidence_id"])
    op.create_table(
        "trial_limitation",
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("certainty", _one_of("certainty", "stated", "hedged"), nullable=False),
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_trial_limitation_evidence_id"
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_limitation_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_limitation"),
    )
    op.create_index("ix_trial_limitation_evidence_id", "trial_limitation", ["evidence_id"])
    op.create_table(
        "trial_outcome",
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("certainty", _one_of("certainty", "stated", "hedged"), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column(
            "type",
            _one_of("outcome_type", "PRIMARY", "SECONDARY", "OTHER_PRE_SPECIFIED", "POST_HOC"),
            nullable=True,
        ),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("time_frame", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column(
            "param_type",
            _one_of(
                "param_type",
                "GEOMETRIC_MEAN",
                "GEOMETRIC_LEAST_SQUARES_MEAN",
                "LEAST_SQUARES_MEAN",
                "LOG_MEAN",
                "MEAN",
                "MEDIAN",
                "NUMBER",
                "COUNT_OF_PARTICIPANTS",
                "COUNT_OF_UNITS",
            ),
            nullable=True,
        ),
        sa.Column("population_description", sa.String(), nullable=True),
        sa.Column("type_units_analyzed", sa.String(), nullable=True),
        sa.Column("evidence_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name="fk_trial_outcome_evidence_id"
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_outcome_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_outcome"),
    )
    op.create_index("ix_trial_outcome_evidence_id", "trial_outcome", ["evidence_id"])
    op.create_table(
        "trial_phase",
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "phase",
            _one_of("phase", "NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_phase_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_phase"),
    )
    op.create_table(
        "trial_registry_id",
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("registry_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name="fk_trial_registry_id_trial_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trial_id", "position", name="pk_trial_registry_id"),
    )
    op.create_index("ix_trial_registry_id_registry_id", "trial_registry_id", ["registry_id"])
    op.create_table(
        "outcome_analysis",
        sa.Column("as_printed", JSON, nullable=False),
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("outcome_position", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("param_type", sa.String(), nullable=True),
        sa.Column("param_value", sa.Float(), nullable=True),
        sa.Column("ci_percent", sa.Float(), nullable=True),
        sa.Column("ci_lower_limit", sa.Float(), nullable=True),
        sa.Column("ci_upper_limit", sa.Float(), nullable=True),
        sa.Column("ci_num_sides", sa.String(), nullable=True),
        sa.Column("dispersion_type", sa.String(), nullable=True),
        sa.Column("dispersion_value", sa.Float(), nullable=True),
        sa.Column("p_value", sa.Float(), nullable=True),
        sa.Column("statistical_method", sa.String(), nullable=True),
        sa.Column("arms", JSON, nullable=False),
        sa.Column("hypothesis", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["trial_id", "outcome_position"],
            ["trial_outcome.trial_id", "trial_outcome.position"],
            name="fk_outcome_analysis_trial_id_outcome_position",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "trial_id", "outcome_position", "position", name="pk_outcome_analysis"
        ),
    )
    op.create_table(
        "outcome_result",
        sa.Column("as_printed", JSON, nullable=False),
        sa.Column("trial_id", KEY, nullable=False),
        sa.Column("outcome_position", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("arm", KEY, nullable=False),
        sa.Column("class_title", sa.String(), nullable=True),
        sa.Column("category_title", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("units_analyzed", sa.Integer(), nullable=True),
        sa.Column(
            "dispersion_type",
            _one_of(
                "dispersion_type",
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
            ),
            nullable=True,
        ),
        sa.Column("spread", sa.Float(), nullable=True),
        sa.Column("lower_limit", sa.Float(), nullable=True),
        sa.Column("upper_limit", sa.Float(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.CheckConstraint("count <= participants", name=op.f("ck_outcome_result_count")),
        sa.ForeignKeyConstraint(
            ["trial_id", "arm"],
            ["trial_arm.trial_id", "trial_arm.id"],
            name="fk_outcome_result_trial_id_arm",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["trial_id", "outcome_position"],
            ["trial_outcome.trial_id", "trial_outcome.position"],
            name="fk_outcome_result_trial_id_outcome_position",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "trial_id", "outcome_position", "position", name="pk_outcome_result"
        ),
    )
    op.create_table(
        "trial_dose",
        sa.Column("trial_id", KEY, nullable=False),
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
            name="fk_trial_dose_trial_id_arm_position",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("trial_id", "arm_position", "position", name="pk_trial_dose"),
    )
    # ### end Alembic commands ###
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
    _create_search_index()


def downgrade() -> None:
    """Drop them, with all data."""
    _drop_search_index()
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_evidence_first_citation", "evidence", type_="foreignkey")
    for table in reversed(TABLES):
        op.drop_table(table)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _create_search_index() -> None:
    """Each engine's own: see `app.search.index`."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE searched_words USING fts5 "
            "(title, words, facets, columnsize = 0, tokenize = \"ascii tokenchars '_:-'\")"
        )
        op.execute(
            "CREATE VIRTUAL TABLE searched_parts USING fts5 "
            "(names, columnsize = 0, tokenize = 'trigram')"
        )
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    # All rows that match are counted, so they hold no more than what is looked for in them.
    op.execute(
        "CREATE TABLE searched_words "
        "(number bigint PRIMARY KEY, title tsvector NOT NULL, words tsvector NOT NULL)"
    )
    op.execute(
        "CREATE TABLE searched_words_spelt "
        "(number bigint PRIMARY KEY, title text NOT NULL, words text NOT NULL)"
    )
    op.execute("CREATE INDEX ix_searched_words_title ON searched_words USING gin (title)")
    op.execute("CREATE INDEX ix_searched_words_words ON searched_words USING gin (words)")
    op.execute("CREATE TABLE searched_parts (number bigint PRIMARY KEY, names text NOT NULL)")
    op.execute(
        "CREATE INDEX ix_searched_parts_names ON searched_parts USING gin (names gin_trgm_ops)"
    )


def _drop_search_index() -> None:
    """The extension may be used by others."""
    op.execute("DROP TABLE searched_parts")
    op.execute("DROP TABLE searched_words")
    op.execute("DROP TABLE IF EXISTS searched_words_spelt")
