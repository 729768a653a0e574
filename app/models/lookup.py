"""What names and identifiers are looked up in. It holds nothing that documents do not say, but for
aliases: names and identifiers that lead to a drug and are not its own.

The indexes of words and of parts of names are each engine's own: see `app.search`.
"""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from app.models.base import BY_KEY, KEY, checked, owned_by
from app.models.drug import IdentifierSystem, NameType


class SearchedDrug(SQLModel, table=True):
    """A drug by a small number, by which the index of parts of names knows it.

    That stores how far each number is from the one before it: of small ones, in a byte or two.
    """

    __tablename__ = "searched_drug"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    drug_id: str = Field(foreign_key="drug.id", ondelete="CASCADE", unique=True, sa_type=KEY)


class SearchedName(SQLModel, table=True):
    """A name of a drug, as it is looked up."""

    __tablename__ = "searched_name"
    __table_args__ = {"sqlite_with_rowid": False}

    key: str = Field(
        primary_key=True, sa_type=KEY, description="Its letters and digits; see `name_key`."
    )
    rank: int = Field(
        primary_key=True,
        sa_column_kwargs={"autoincrement": False},
        description="Which names are shown first, from 0 to 8: by the drug's level (see "
        "`app.search.ranking.level_of`), then generic names, brands, synonyms.",
    )
    drug_id: str = Field(
        primary_key=True, foreign_key="drug.id", ondelete="CASCADE", index=True, sa_type=KEY
    )
    position: int = Field(primary_key=True, description="The name's, in the drug's record.")
    name: str = Field(description="The name, as the source writes it.")


NAME_TYPE: sa.ColumnElement[str] = sa.case(
    *(
        (col(SearchedName.rank) % len(NameType) == i, type_.value)
        for i, type_ in enumerate(NameType)
    )
)
"""What kind of name it is, as its rank says."""


class SearchedPiece(SQLModel, table=True):
    """A third of a name, by which those are found that are a letter or two away."""

    __tablename__ = "searched_piece"
    __table_args__ = {"sqlite_with_rowid": False}

    piece: str = Field(primary_key=True, sa_type=KEY)
    key: str = Field(primary_key=True, sa_type=KEY)


class NameAlias(SQLModel, table=True):
    """A name that is no drug's own: of a salt of one, of one that is radiolabelled, or of a
    substance that is quarantined.

    So a salt is known to be one, and a brand of several products to be that, though it cannot be
    said which drug one of them is.
    """

    __tablename__ = "name_alias"

    key: str = Field(primary_key=True, sa_type=KEY, description="See `name_key`.")
    alias_of: str = Field(
        primary_key=True, sa_type=KEY, description="The drug, or the source and its substance."
    )
    drug_id: str | None = Field(
        default=None, foreign_key="drug.id", ondelete="CASCADE", index=True, sa_type=KEY
    )
    substance: str = Field(description="What a source calls the substance.")


class IdentifierAlias(SQLModel, table=True):
    """An identifier that leads to a drug and is not its own.

    It is of a salt of the drug, or of its radiolabelled form, or ambiguous: several drugs have it.
    """

    __tablename__ = "identifier_alias"
    __table_args__ = (sa.Index("ix_identifier_alias_system_value", "system", "value"),)

    drug_id: str = owned_by("drug")
    system: IdentifierSystem = Field(primary_key=True, sa_type=checked(IdentifierSystem))
    value: str = Field(primary_key=True, sa_type=KEY)
    substance: str | None = Field(
        default=None, description="What a source calls that substance; null if it is ambiguous."
    )


class NameIdentifier(SQLModel, table=True):
    """An identifier of a name of a drug, and not of the drug: of a brand, or of what it combines.

    A brand of several drugs leads to each.
    """

    __tablename__ = "name_identifier"
    __table_args__ = (sa.Index("ix_name_identifier_system_value", "system", "value"), BY_KEY)

    drug_id: str = owned_by("drug")
    system: IdentifierSystem = Field(primary_key=True, sa_type=checked(IdentifierSystem))
    value: str = Field(primary_key=True, sa_type=KEY)
    name: str = Field(description="The name, as the source writes it.")


class ApprovedApplication(SQLModel, table=True):
    """The number of an application under which products of a drug were approved."""

    __tablename__ = "approved_application"
    __table_args__ = (
        sa.Index("ix_approved_application_number_drug_id", "number", "drug_id"),
        BY_KEY,
    )

    drug_id: str = owned_by("drug")
    number: str = Field(primary_key=True, sa_type=KEY, description="As its source writes it.")
