"""A product: a drug in a strength and a dose form, generic, of a brand, or a pack of such."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import BY_KEY, KEY, Shape, checked, described, owned_by


class ProductType(StrEnum):
    """RxNorm's term types of products.

    `SCD`: a clinical drug. `SBD`: a branded one. `GPCK` and `BPCK`: a pack, generic or branded.
    """

    SCD = "SCD"
    SBD = "SBD"
    GPCK = "GPCK"
    BPCK = "BPCK"


class Concept(Shape):
    """Something by its RxCUI and name."""

    rxcui: str = described("Its RxCUI.", "1292")
    name: str = described("Its name.", "baclofen")


class ProductIngredient(Shape):
    """An ingredient of a product, as its source has it."""

    rxcui: str | None = described(
        "The ingredient's RxCUI; null where the source has none of it.", "1292"
    )
    name: str = described("The ingredient, as the source names it.", "baclofen")
    strength: str | None = described(
        "Its strength, as published; null where the source says none.", "10 MG"
    )
    precise: Concept | None = described(
        "The form of the ingredient that the strength is of: a salt, an ester; null where the "
        "source names none.",
        None,
    )


class PackContent(Shape):
    """A product that a pack contains."""

    rxcui: str = described("Its RxCUI.", "197391")
    name: str = described("Its name.", "baclofen 10 MG Oral Tablet")
    amount: str | None = described(
        "How many of it the pack contains, as the pack's name says; null where it does not.", "21"
    )


class ProductFields(SQLModel):
    """What a source says of a product."""

    rxcui: str = described("The product's RxCUI.", "197391")
    name: str = described("Its name, as the source writes it.", "baclofen 10 MG Oral Tablet")
    synonyms: list[str] = described(
        "Its other names in the source, as pharmacies' systems write them: RxNorm's prescribable "
        "names and synonyms.",
        ["baclofen 10 MG Oral Tablet"],
    )
    tty: ProductType = described(
        "RxNorm's term type: `SCD`, a clinical drug; `SBD`, a branded one; `GPCK` or `BPCK`, a "
        "pack of such.",
        "SCD",
    )
    ingredients: list[ProductIngredient] = described(
        "Its ingredients with their strengths, in the order of its name; of a pack all that it "
        "contains, but for what is inert.",
        [],
    )
    quantity: str | None = described(
        "How much a unit holds, or how long it acts: the quantity factor that its name begins "
        "with (`1 ML`, `24 HR`); null where there is none.",
        None,
    )
    dose_form: str | None = described(
        "Its dose form; null where the source does not say it by rule.", "Oral Tablet"
    )
    brand: Concept | None = described("Its brand; null of a generic product.", None)
    ndcs: list[str] = described(
        "The National Drug Codes of its packages, of eleven digits, as published.",
        ["00115101001", "00115101003"],
    )
    contents: list[PackContent] = described("Of a pack: the products that it contains.", [])


class Product(SQLModel, table=True):
    """A product, as it is found."""

    __table_args__ = (
        sa.Index("ix_product_key_id", "key", "id"),
        sa.Index("ix_product_drug_id_key_id", "drug_id", "key", "id"),
        BY_KEY,
    )

    id: str = Field(primary_key=True, sa_type=KEY, description="Its RxCUI.")
    drug_id: str | None = Field(default=None, foreign_key="drug.id", sa_type=KEY)
    name: str = Field(description="As the source writes it.")
    key: str = Field(sa_type=KEY, description="By which it is ordered and found: see `key_of`.")
    tty: ProductType = Field(sa_type=checked(ProductType))
    dose_form: str | None = Field(default=None, index=True, sa_type=KEY)
    brand: str | None = Field(default=None, index=True, sa_type=KEY)
    form_id: str | None = Field(
        default=None, sa_type=KEY, description="The form of the drug that it is of, if it is one."
    )


class ProductName(SQLModel, table=True):
    """A name of a product beside its own: what its source calls it too, and of a branded one its
    brand with its strengths and its dose form."""

    __tablename__ = "product_name"
    __table_args__ = (sa.Index("ix_product_name_key_product_id", "key", "product_id"), BY_KEY)

    product_id: str = owned_by("product")
    key: str = Field(primary_key=True, sa_type=KEY, description="See `key_of`.")


class ProductNdc(SQLModel, table=True):
    """A National Drug Code of a product's packages."""

    __tablename__ = "product_ndc"
    __table_args__ = (sa.Index("ix_product_ndc_ndc_product_id", "ndc", "product_id"), BY_KEY)

    product_id: str = owned_by("product")
    ndc: str = Field(primary_key=True, sa_type=KEY, description="Eleven digits.")


LONGEST_NAME_KEY = 400
"""Letters of a name that are indexed: some vaccines' have more."""
