"""Serve products as records, and find drugs by their numbers; they come with RxNorm's import."""

import sqlalchemy as sa
from alembic import op

from app.ingest.publishing.downgrading import mark_for_rebuilding

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TYPE = sa.Enum(
    *("SCD", "SBD", "GPCK", "BPCK"),
    name="product_type",
    native_enum=False,
    create_constraint=True,
    length=40,
)
SYSTEM = sa.Enum(
    *("unii", "rxcui", "cas", "drugbank", "chembl", "gtopdb", "pubchem_cid", "inchikey", "atc"),
    *("ndc", "spl_set_id"),
    name="identifier_system",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    """Products, what they are found by, and the identifiers of drugs' names."""
    op.create_table(
        "product",
        sa.Column("id", KEY, nullable=False),
        sa.Column("drug_id", KEY, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("tty", TYPE, nullable=False),
        sa.Column("dose_form", KEY, nullable=True),
        sa.Column("brand", KEY, nullable=True),
        sa.ForeignKeyConstraint(["drug_id"], ["drug.id"], name=op.f("fk_product_drug_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_product_key_id", "product", ["key", "id"])
    op.create_index("ix_product_drug_id_key_id", "product", ["drug_id", "key", "id"])
    op.create_index(op.f("ix_product_dose_form"), "product", ["dose_form"])
    op.create_index(op.f("ix_product_brand"), "product", ["brand"])
    op.create_table(
        "product_ndc",
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("ndc", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_product_ndc_product_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_id", "ndc", name=op.f("pk_product_ndc")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_product_ndc_ndc_product_id", "product_ndc", ["ndc", "product_id"])
    op.create_table(
        "name_identifier",
        sa.Column("drug_id", KEY, nullable=False),
        sa.Column("system", SYSTEM, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drug_id"], ["drug.id"], name=op.f("fk_name_identifier_drug_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drug_id", "system", "value", name=op.f("pk_name_identifier")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_name_identifier_system_value", "name_identifier", ["system", "value"])


def downgrade() -> None:
    """Products are of their source's records alone."""
    op.drop_table("name_identifier")
    op.drop_table("product_ndc")
    op.drop_table("product")
    document = sa.table("document", sa.column("kind"))
    op.execute(document.delete().where(document.c.kind == "products"))
    mark_for_rebuilding(op.get_bind())
