"""Add what names, identifiers and words are searched in.

They are empty until `medfacts migrate` or a loader has written them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

SYSTEMS = (
    *("unii", "rxcui", "cas", "drugbank", "chembl", "gtopdb", "pubchem_cid", "inchikey", "atc"),
    *("ndc", "spl_set_id"),
)


def upgrade() -> None:
    """Add the tables, and on each engine its own indexes of words and of parts of names."""
    op.drop_index("ix_drug_name_folded_name", "drug_name")
    op.add_column("document", sa.Column("number", sa.BigInteger(), nullable=True))
    op.create_index("ix_document_number", "document", ["number"], unique=True)
    op.create_table(
        "searched_name",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", _one_of("name_type", "generic", "brand", "synonym"), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_searched_name_drug_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "position", name=op.f("pk_searched_name")),
    )
    op.create_index(
        "ix_searched_name_key_rank_drug_id", "searched_name", ["key", "rank", "drug_id"]
    )
    op.create_table(
        "searched_piece",
        sa.Column("piece", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.PrimaryKeyConstraint("piece", "key", name=op.f("pk_searched_piece")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "claimed_identifier",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("system", _one_of("identifier_system", *SYSTEMS), nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.Column("substance", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_claimed_identifier_drug_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "system", "value", name=op.f("pk_claimed_identifier")),
    )
    op.create_index("ix_claimed_identifier_system_value", "claimed_identifier", ["system", "value"])
    op.create_table(
        "claimed_name",
        sa.Column("key", KEY, nullable=False),
        sa.Column("claim", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("substance", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_claimed_name_drug_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "claim", name=op.f("pk_claimed_name")),
    )
    op.create_index("ix_claimed_name_drug_id", "claimed_name", ["drug_id"])
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


def downgrade() -> None:
    """Remove them; the documents hold all of it. The extension may be used by others."""
    op.execute("DROP TABLE searched_parts")
    op.execute("DROP TABLE searched_words")
    op.execute("DROP TABLE IF EXISTS searched_words_spelt")
    op.drop_index("ix_claimed_name_drug_id", "claimed_name")
    op.drop_table("claimed_name")
    op.drop_index("ix_claimed_identifier_system_value", "claimed_identifier")
    op.drop_table("claimed_identifier")
    op.drop_table("searched_piece")
    op.drop_index("ix_searched_name_key_rank_drug_id", "searched_name")
    op.drop_table("searched_name")
    op.drop_index("ix_document_number", "document")
    with op.batch_alter_table("document") as document:
        document.drop_column("number")
    op.create_index("ix_drug_name_folded_name", "drug_name", ["folded_name"])


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
