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
    "condition",
    "drug",
    "release",
    "searched_piece",
    "source",
    "source_state",
    "source_statement",
    "target",
    "document",
    "drug_class",
    "drug_identifier",
    "drug_ingredient",
    "fact",
    "identifier_alias",
    "name_alias",
    "quarantined_record",
    "release_file",
    "searched_drug",
    "searched_name",
    "source_record",
    "source_substance",
    "target_identifier",
    "discrepancy",
    "indication",
    "mechanism",
    "pharmacokinetics",
    "record_statement",
    "record_substance",
    "source_reference",
    "trial",
    "warning",
    "trial_condition",
    "trial_registry_id",
)
"""In the order in which they are created."""


def upgrade() -> None:
    """Create the tables, and the indexes of words and of parts of names."""
    op.create_table(
        "condition",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("codes", JSON, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("cite", JSON, nullable=True),
        sa.CheckConstraint(
            "(description IS NULL) = (cite IS NULL)", name=op.f("ck_condition_description_is_cited")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_condition"),
    )
    op.create_table(
        "drug",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normalized_name", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drug"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_drug_normalized_name_id", "drug", ["normalized_name", "id"])
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
        "source_state",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("released", sa.String(), nullable=True),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("complete", sa.String(), nullable=True),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("row", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_state"),
    )
    op.create_table(
        "source_statement",
        sa.Column("digest", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_source_statement"),
    )
    op.create_table(
        "target",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_target"),
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
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_drug_class_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_class"),
    )
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
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_drug_identifier_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_identifier"),
        sa.UniqueConstraint("system", "value", name="uq_drug_identifier_system_value"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drug_ingredient",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("drug", KEY, nullable=True),
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
        sa.PrimaryKeyConstraint("drug_id", "position", name="pk_drug_ingredient"),
    )
    op.create_index("ix_drug_ingredient_drug", "drug_ingredient", ["drug"])
    op.create_table(
        "fact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["drug_id"], ["drug.id"], name="fk_fact_drug_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_drug_id_kind_id", "fact", ["drug_id", "kind", "id"])
    op.create_table(
        "identifier_alias",
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
            ["drug_id"], ["drug.id"], name="fk_identifier_alias_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "system", "value", name="pk_identifier_alias"),
    )
    op.create_index("ix_identifier_alias_system_value", "identifier_alias", ["system", "value"])
    op.create_table(
        "name_alias",
        sa.Column("key", KEY, nullable=False),
        sa.Column("alias_of", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("substance", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_name_alias_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "alias_of", name="pk_name_alias"),
    )
    op.create_index("ix_name_alias_drug_id", "name_alias", ["drug_id"])
    op.create_table(
        "quarantined_record",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_state.id"], name="fk_quarantined_record_source_id"
        ),
        sa.PrimaryKeyConstraint("source_id", "position", name="pk_quarantined_record"),
    )
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
        "searched_drug",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drug_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_searched_drug_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_searched_drug"),
        sa.UniqueConstraint("drug_id", name="uq_searched_drug_drug_id"),
    )
    op.create_table(
        "searched_name",
        sa.Column("key", KEY, nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name="fk_searched_name_drug_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "rank", "drug_id", "position", name="pk_searched_name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_searched_name_drug_id", "searched_name", ["drug_id"])
    op.create_table(
        "source_record",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("released", sa.String(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_state.id"], name="fk_source_record_source_id"
        ),
        sa.PrimaryKeyConstraint("source_id", "id", name="pk_source_record"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_substance",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("matched_by", sa.String(), nullable=True),
        sa.Column("quarantined", sa.String(), nullable=True),
        sa.Column("candidates", JSON, nullable=False),
        sa.Column("fact_slug", sa.String(), nullable=True),
        sa.Column("ambiguous", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_state.id"], name="fk_source_substance_source_id"
        ),
        sa.PrimaryKeyConstraint("source_id", "key", name="pk_source_substance"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_source_substance_drug_id", "source_substance", ["drug_id"])
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
        "discrepancy",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subject_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_discrepancy_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["fact.id"],
            name="fk_discrepancy_subject_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_discrepancy"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_discrepancy_subject_id_id", "discrepancy", ["subject_id", "id"])
    op.create_table(
        "indication",
        sa.Column("id", KEY, nullable=False),
        sa.Column("condition_id", KEY, nullable=True),
        sa.Column(
            "status",
            _one_of(
                "indication_status", "approved", "off_label", "investigational", "not_effective"
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name="fk_indication_condition_id"
        ),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_indication_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_indication"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_indication_condition_id_id", "indication", ["condition_id", "id"])
    op.create_index("ix_indication_status_id", "indication", ["status", "id"])
    op.create_table(
        "mechanism",
        sa.Column("id", KEY, nullable=False),
        sa.Column("target_id", KEY, nullable=True),
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
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_mechanism_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_mechanism_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mechanism"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mechanism_action_type_id", "mechanism", ["action_type", "id"])
    op.create_index("ix_mechanism_target_id_id", "mechanism", ["target_id", "id"])
    op.create_table(
        "pharmacokinetics",
        sa.Column("id", KEY, nullable=False),
        sa.Column(
            "process",
            _one_of("process", "absorption", "distribution", "metabolism", "excretion"),
            nullable=True,
        ),
        sa.Column("organ", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["fact.id"], name="fk_pharmacokinetics_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pharmacokinetics"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pharmacokinetics_organ_id", "pharmacokinetics", ["organ", "id"])
    op.create_index("ix_pharmacokinetics_process_id", "pharmacokinetics", ["process", "id"])
    op.create_table(
        "record_statement",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locator", sa.String(), nullable=False),
        sa.Column("cite", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["source_record.source_id", "source_record.id"],
            name="fk_record_statement_record",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "record_id", "position", name="pk_record_statement"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_record_statement_digest", "record_statement", ["digest"])
    op.create_table(
        "record_substance",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("substance_key", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["source_record.source_id", "source_record.id"],
            name="fk_record_substance_record",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "record_id", "position", name="pk_record_substance"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_record_substance_key", "record_substance", ["source_id", "substance_key"])
    op.create_table(
        "source_reference",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("noun", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["source_record.source_id", "source_record.id"],
            name="fk_source_reference_record",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "record_id", "noun", "id", name="pk_source_reference"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_source_reference_noun_id", "source_reference", ["noun", "id"])
    op.create_table(
        "trial",
        sa.Column("id", KEY, nullable=False),
        sa.Column("study", KEY, nullable=True),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_trial_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_trial"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trial_study_id", "trial", ["study", "id"])
    op.create_table(
        "warning",
        sa.Column("id", KEY, nullable=False),
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
        sa.Column("severity", _one_of("severity", "info", "warning", "critical"), nullable=True),
        sa.Column("boxed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["fact.id"], name="fk_warning_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_warning"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_warning_boxed_id", "warning", ["boxed", "id"])
    op.create_index("ix_warning_category_id", "warning", ["category", "id"])
    op.create_index("ix_warning_severity_id", "warning", ["severity", "id"])
    op.create_index("ix_warning_type_id", "warning", ["type", "id"])
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
    # ### end Alembic commands ###
    _create_search_index()


def downgrade() -> None:
    """Drop them, with all data."""
    _drop_search_index()
    for table in reversed(TABLES):
        op.drop_table(table)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _create_search_index() -> None:
    """Each engine has its own: see `app.search`."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE searched_words USING fts5 "
            "(title, words, facets, content = '', columnsize = 0, "
            "tokenize = \"ascii tokenchars '_:-'\")"
        )
        op.execute(
            "CREATE VIRTUAL TABLE searched_parts USING fts5 "
            "(names, content = '', columnsize = 0, tokenize = 'trigram')"
        )
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    # All rows that match are counted, so they hold no more than what is looked for in them.
    op.execute(
        "CREATE TABLE searched_words "
        "(number bigint PRIMARY KEY, title tsvector NOT NULL, words tsvector NOT NULL)"
    )
    op.execute(
        "CREATE TABLE searched_words_text "
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
    op.execute("DROP TABLE IF EXISTS searched_words_text")
