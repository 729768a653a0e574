"""How a drug acts."""

from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field, SQLModel

from app.models.base import (
    KEY,
    Part,
    Shape,
    Slug,
    at_position,
    checked,
    described,
    key,
    owned_by,
)
from app.models.fact import Detail, Section, found_by, route
from app.models.label_table import LabelTable, tables
from app.models.label_text import CrossReference, TextBlock, blocks, cross_references, summary
from app.models.numbers import Number


class ActionType(StrEnum):
    """What the drug does to its target, in ChEMBL's terms."""

    AGONIST = "AGONIST"
    PARTIAL_AGONIST = "PARTIAL AGONIST"
    INVERSE_AGONIST = "INVERSE AGONIST"
    ANTAGONIST = "ANTAGONIST"
    ALLOSTERIC_ANTAGONIST = "ALLOSTERIC ANTAGONIST"
    POSITIVE_ALLOSTERIC_MODULATOR = "POSITIVE ALLOSTERIC MODULATOR"
    NEGATIVE_ALLOSTERIC_MODULATOR = "NEGATIVE ALLOSTERIC MODULATOR"
    POSITIVE_MODULATOR = "POSITIVE MODULATOR"
    NEGATIVE_MODULATOR = "NEGATIVE MODULATOR"
    MODULATOR = "MODULATOR"
    ACTIVATOR = "ACTIVATOR"
    INHIBITOR = "INHIBITOR"
    BLOCKER = "BLOCKER"
    OPENER = "OPENER"
    SUBSTRATE = "SUBSTRATE"
    RELEASING_AGENT = "RELEASING AGENT"
    BINDING_AGENT = "BINDING AGENT"
    OTHER = "OTHER"
    ANTISENSE_INHIBITOR = "ANTISENSE INHIBITOR"
    CHELATING_AGENT = "CHELATING AGENT"
    CROSS_LINKING_AGENT = "CROSS-LINKING AGENT"
    DEGRADER = "DEGRADER"
    DISRUPTING_AGENT = "DISRUPTING AGENT"
    EXOGENOUS_GENE = "EXOGENOUS GENE"
    EXOGENOUS_PROTEIN = "EXOGENOUS PROTEIN"
    GENE_EDITING_NEGATIVE_MODULATOR = "GENE EDITING NEGATIVE MODULATOR"
    HYDROLYTIC_ENZYME = "HYDROLYTIC ENZYME"
    METHYLATING_AGENT = "METHYLATING AGENT"
    OXIDATIVE_ENZYME = "OXIDATIVE ENZYME"
    PROTEOLYTIC_ENZYME = "PROTEOLYTIC ENZYME"
    REDUCING_AGENT = "REDUCING AGENT"
    RNAI_INHIBITOR = "RNAI INHIBITOR"
    SEQUESTERING_AGENT = "SEQUESTERING AGENT"
    STABILISER = "STABILISER"
    VACCINE_ANTIGEN = "VACCINE ANTIGEN"


class TargetSystem(StrEnum):
    """The registry that issued a target's identifier."""

    GTOPDB = "gtopdb"
    UNIPROT = "uniprot"
    CHEMBL = "chembl"


class Affinity(Shape):
    """How tightly the drug binds its target."""

    parameter: str = described(
        "What was measured: a negative logarithm (`pKi`), or the concentration itself (`Ki`) where "
        "the source gives only that.",
        "pKi",
    )
    unit: str | None = described(
        "The unit of a concentration; null for a negative logarithm, which has none.",
        None,
        default=None,
    )
    relation: str | None = described(
        "How what was measured relates to `value`, on the scale of `parameter`: `>` or `<` where "
        "that is a bound, `~` where it is about. A Ki of more than 10,000 nM is a pKi `<` 5.",
        "=",
        default=None,
    )
    value: Number | None = described("The value.", 5.2, default=None)
    lower_limit: Number | None = described("The lowest value found.", 4.3, default=None)
    upper_limit: Number | None = described("The highest value found.", 6.2, default=None)


class TargetIdentifier(Part, table=True):
    """An identifier of a target, or of one of its subunits."""

    __tablename__ = "target_identifier"
    owner: ClassVar = ("target_id",)

    target_id: str = owned_by("target")
    position: int = at_position()
    system: TargetSystem = described(
        "The registry that issued it.", "uniprot", sa_type=checked(TargetSystem)
    )
    value: str = described("The identifier in that registry.", "Q9UBS5")


class Target(SQLModel, table=True):
    """The molecule that a drug acts on."""

    parts: ClassVar[dict[str, type[Part]]] = {"identifiers": TargetIdentifier}

    id: Slug = key("The target's id, for `target=`.", "gaba-b-receptor", primary_key=True)
    name: str = described("What the source calls it.", "GABA-B receptor")
    type: str | None = described(
        "What kind of target it is, in ChEMBL's terms; null where no source says.",
        "PROTEIN COMPLEX",
        default=None,
    )


class MechanismFields(SQLModel):
    """What a mechanism has beyond every fact; null where the source gives none."""

    mechanism_of_action: str | None = described(
        "The mechanism in a few words.", "GABA-B receptor agonist", default=None
    )
    action_type: ActionType | None = described(
        "What the drug does to its target, in ChEMBL's terms.",
        "AGONIST",
        default=None,
    )
    effect: str | None = described(
        "What follows from it in the body.",
        "Rigid muscles relax and spasms lessen",
        default=None,
    )
    affinity: Affinity | None = described(
        "How tightly the drug binds its target.",
        {
            "parameter": "IC50",
            "unit": "nM",
            "relation": "=",
            "value": 30,
            "lower_limit": 13,
            "upper_limit": 65,
        },
        default=None,
    )
    species: str | None = described(
        "The species whose target it was, where the source names one.", "Human", default=None
    )
    selectivity: str | None = described(
        "How selective the source calls it.", "Selective", default=None
    )
    primary_target: bool | None = described(
        "Whether the source calls this a target by which the drug has its effect.",
        True,
        default=None,
    )
    endogenous: bool | None = described(
        "Whether the source says that the body makes this substance for this target.",
        False,
        default=None,
    )
    direct_interaction: bool | None = described(
        "Whether the source says that the drug itself interacts with this target.",
        True,
        default=None,
    )
    molecular_mechanism: bool | None = described(
        "Whether the source says that this is a mechanism at a molecular target.",
        True,
        default=None,
    )
    disease_efficacy: bool | None = described(
        "Whether the source says that the drug's effect on disease comes from this target.",
        True,
        default=None,
    )
    comment: str | None = described(
        "What the source adds, in its own words.",
        "Determined by surface plasmon resonance (SPR)",
        default=None,
    )
    route: str | None = route()
    section: Section | None = described(
        "The label's section, for label text.",
        {
            "code": "43679-0",
            "name": "Mechanism of Action",
            "published_code": "42229-5",
            "number": "12.1",
            "heading": "In Animals",
            "within": ["12 CLINICAL PHARMACOLOGY", "12.1 Mechanism of Action"],
            "part": 0,
        },
        default=None,
    )
    summary: str | None = summary()
    blocks: list[TextBlock] | None = blocks("statement")
    tables: list[LabelTable] = tables("the label's text")
    cross_references: list[CrossReference] = cross_references("statement")
    target_id: str | None = None


class Mechanism(Detail, table=True):
    """A way in which the drug acts."""

    __table_args__ = found_by("mechanism", "target_id", "action_type")
    kind_name: ClassVar = "mechanisms"
    singular: ClassVar = "mechanism"
    content: ClassVar = MechanismFields

    target_id: str | None = Field(default=None, foreign_key="target.id", sa_type=KEY)
    action_type: ActionType | None = Field(default=None, sa_type=checked(ActionType))
