"""A drug: what it is called, how it is identified, classed and approved."""

from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import (
    BY_KEY,
    KEY,
    Part,
    PartialDate,
    Slug,
    at_position,
    checked,
    described,
    key,
    owned_by,
)


class NameType(StrEnum):
    """What kind of name it is; `form` is what a form of the drug is called, such as a salt."""

    GENERIC = "generic"
    BRAND = "brand"
    SYNONYM = "synonym"
    FORM = "form"


class IdentifierSystem(StrEnum):
    """The registry that issued an identifier."""

    UNII = "unii"
    RXCUI = "rxcui"
    CAS = "cas"
    DRUGBANK = "drugbank"
    CHEMBL = "chembl"
    GTOPDB = "gtopdb"
    PUBCHEM_CID = "pubchem_cid"
    INCHIKEY = "inchikey"
    ATC = "atc"
    NDC = "ndc"
    SPL_SET_ID = "spl_set_id"


class ClassType(StrEnum):
    """Which of FDA's pharmacologic class types a class is of."""

    EPC = "EPC"
    MOA = "MoA"
    PE = "PE"
    CS = "CS"


class DrugName(Part):
    """A name of the drug."""

    cites: ClassVar = "always"

    name: str = described("The name, as the source writes it.", "Lioresal")
    type: NameType = described(
        "What kind of name it is; `form` is what one of its forms is called.", "brand"
    )


class DrugIdentifier(Part, table=True):
    """An identifier of the drug; it belongs to no other drug."""

    __tablename__ = "drug_identifier"
    __table_args__ = (sa.UniqueConstraint("system", "value"), BY_KEY)
    owner: ClassVar = ("drug_id",)
    cites: ClassVar = "always"

    drug_id: str = owned_by("drug")
    position: int = at_position()
    system: IdentifierSystem = described(
        "The registry that issued it.", "unii", sa_type=checked(IdentifierSystem)
    )
    value: str = described("The identifier in that registry.", "H789N3FKE8")


class DrugClass(Part, table=True):
    """A class that a source puts the drug into."""

    __tablename__ = "drug_class"
    owner: ClassVar = ("drug_id",)
    cites: ClassVar = "always"

    drug_id: str = owned_by("drug")
    position: int = at_position()
    id: Slug = key("The class's id, for `class=`.", "muscle-relaxant", index=True)
    name: str = described("What the source calls the class.", "Muscle relaxant")
    type: ClassType | None = described(
        "FDA's type of class, where the source gives one.",
        "EPC",
        sa_type=checked(ClassType),
        default=None,
    )


class RegulatoryStatus(StrEnum):
    """Guide to Pharmacology's marks of a ligand.

    `approved`: it is, or was, approved for use in people by an authority. `withdrawn`: it is no
    longer approved for its original use in one country or more. A drug can be both.
    """

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class DrugStatus(Part):
    """That a source calls the drug approved, or withdrawn, without saying when or by whom."""

    cites: ClassVar = "always"

    status: RegulatoryStatus = described(
        "`approved`: an authority has approved it, now or in the past. `withdrawn`: it is no "
        "longer approved for its original use in one country or more.",
        "approved",
    )


class DrugIngredient(Part, table=True):
    """A substance that a combination is made of."""

    __tablename__ = "drug_ingredient"
    examples: ClassVar = [
        [
            {
                "name": "CLAVULANATE POTASSIUM",
                "drug": "clavulanic-acid",
                "citations": [
                    {
                        "source": {
                            "id": "openfda-label",
                            "title": "openFDA drug labels",
                            "url": "https://open.fda.gov/apis/drug/label/",
                        },
                        "locator": "SPL set id 3d2e2bb2-b1d3-4a3a-b1c9-62c0ae2c9b1d, version 5 of "
                        "2024-01-15",
                        "url": "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm"
                        "?setid=3d2e2bb2-b1d3-4a3a-b1c9-62c0ae2c9b1d",
                        "date": "2024-01-15",
                        "wording": "same",
                    }
                ],
            }
        ]
    ]
    __table_args__ = (
        sa.ForeignKeyConstraint(["drug"], ["drug.id"], deferrable=True, initially="DEFERRED"),
    )
    owner: ClassVar = ("drug_id",)
    cites: ClassVar = "always"

    drug_id: str = owned_by("drug")
    position: int = at_position()
    name: str = described("The ingredient, as the source names it.", "CLAVULANATE POTASSIUM")
    drug: str | None = key(
        "The id of the drug that it is, where it is known here.",
        "clavulanic-acid",
        index=True,
        default=None,
    )


class DrugForm(Part, table=True):
    """A form of a drug, such as a salt, an ester or a hydrate: its id leads to the drug."""

    __tablename__ = "drug_form"
    owner: ClassVar = ("drug_id",)

    drug_id: str = owned_by("drug")
    position: int = at_position()
    id: Slug = key(
        "The form's id: wherever a drug's is asked for, it leads to the drug.",
        "candesartan-cilexetil",
        index=True,
    )
    name: str = described(
        "What the form is called, as its first source writes it.", "candesartan cilexetil"
    )


class Approval(Part):
    """That an authority let the drug be sold."""

    cites: ClassVar = "always"

    authority: str = described("Who approved it.", "US Food and Drug Administration (FDA)")
    jurisdiction: str = described("Where: an ISO 3166 country code.", "US")
    date: PartialDate | None = described(
        "When, at the source's precision: a month stays a month.", "1977-11", default=None
    )
    application_number: str | None = described(
        "The application's number, where the source gives it.", "NDA017851", default=None
    )
    name: str | None = described(
        "The brand name that was approved, where the source gives it.", "Lioresal", default=None
    )


class DrugFields(SQLModel):
    """A medicine's active substance, or a fixed combination of several."""

    cites: ClassVar = "if described"
    parts: ClassVar[dict[str, type[Part]]] = {
        "names": DrugName,
        "identifiers": DrugIdentifier,
        "classes": DrugClass,
        "approvals": Approval,
        "statuses": DrugStatus,
        "ingredients": DrugIngredient,
    }

    id: Slug = key("The drug's id in every URL.", "baclofen")
    name: str = described("What the drug is called here: its generic name.", "baclofen")
    description: str | None = described(
        "What it is, in a sentence; `citations` says on whose word.",
        "A muscle relaxant and antispasmodic medicine.",
        default=None,
    )


class Drug(SQLModel, table=True):
    """A drug, as it is found."""

    __table_args__ = (sa.Index("ix_drug_normalized_name_id", "normalized_name", "id"), BY_KEY)
    content: ClassVar = DrugFields
    found_by_parts: ClassVar = {
        "identifiers": DrugIdentifier,
        "classes": DrugClass,
        "ingredients": DrugIngredient,
        "forms": DrugForm,
    }

    id: str = Field(primary_key=True, sa_type=KEY)
    name: str
    normalized_name: str = Field(sa_type=KEY, description="As names are compared.")
