"""The tutorial way: FastAPI and SQLModel as their tutorials put them together.

Tables with `Relationship()`s, a public model for each, a `response_model`, a sync route, and a
session by dependency. BENCH_DATABASE names the SQLite file: the same that the project reads.
"""

import os
from collections.abc import Iterator
from typing import Any

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import JSON, Column, ForeignKeyConstraint
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine


class SourcePublic(SQLModel):
    """A source as it is served."""

    id: str
    title: str
    url: str


class Source(SQLModel, table=True):
    """A source."""

    id: str = Field(primary_key=True)
    title: str
    url: str


class CitationBase(SQLModel):
    """A passage."""

    locator: str


class Citation(CitationBase, table=True):
    """A passage of a source."""

    evidence_id: str = Field(primary_key=True, foreign_key="evidence.id")
    position: int = Field(primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    source: Source = Relationship()


class CitationPublic(CitationBase):
    """A passage as it is served."""

    source: SourcePublic


class Evidence(SQLModel, table=True):
    """What a row rests on."""

    id: str = Field(primary_key=True)
    citations: list[Citation] = Relationship()


class EvidencePublic(SQLModel):
    """What a row rests on, as it is served."""

    citations: list[CitationPublic]


class NameBase(SQLModel):
    """A name."""

    name: str
    type: str


class DrugName(NameBase, table=True):
    """A drug's name."""

    __tablename__ = "drug_name"
    drug_id: str = Field(primary_key=True, foreign_key="drug.id")
    position: int = Field(primary_key=True)
    evidence_id: str = Field(foreign_key="evidence.id")
    evidence: Evidence = Relationship()


class NamePublic(NameBase):
    """A name as it is served."""

    evidence: EvidencePublic


class IdentifierBase(SQLModel):
    """An identifier."""

    system: str
    value: str


class DrugIdentifier(IdentifierBase, table=True):
    """A drug's identifier."""

    __tablename__ = "drug_identifier"
    drug_id: str = Field(primary_key=True, foreign_key="drug.id")
    position: int = Field(primary_key=True)
    evidence_id: str = Field(foreign_key="evidence.id")
    evidence: Evidence = Relationship()


class IdentifierPublic(IdentifierBase):
    """An identifier as it is served."""

    evidence: EvidencePublic


class ClassBase(SQLModel):
    """A class."""

    id: str
    name: str
    type: str | None


class DrugClass(ClassBase, table=True):
    """A drug's class."""

    __tablename__ = "drug_class"
    drug_id: str = Field(primary_key=True, foreign_key="drug.id")
    position: int = Field(primary_key=True)
    evidence_id: str = Field(foreign_key="evidence.id")
    evidence: Evidence = Relationship()


class ClassPublic(ClassBase):
    """A class as it is served."""

    evidence: EvidencePublic


class CoverageBase(SQLModel):
    """How far a source was searched."""

    kind: str = Field(primary_key=True)
    complete: bool
    as_of: str


class Coverage(CoverageBase, table=True):
    """How far a source was searched for a drug's facts."""

    drug_id: str = Field(primary_key=True, foreign_key="drug.id")
    source_id: str = Field(primary_key=True, foreign_key="source.id")
    source: Source = Relationship()


class CoveragePublic(CoverageBase):
    """How far a source was searched, as it is served."""

    source: SourcePublic


class WarningBase(SQLModel):
    """What a warning has."""

    type: str
    category: str | None
    boxed: bool | None
    severity: str | None
    severity_basis: str | None
    route: str | None
    population: str | None
    trigger: str | None
    consequences: list[str] = Field(sa_column=Column(JSON))
    advice: str | None
    section: dict[str, Any] | None = Field(sa_column=Column(JSON))


class Warning(WarningBase, table=True):  # noqa: A001 -- the domain's own word
    """A warning."""

    id: str = Field(primary_key=True, foreign_key="fact.id")


class ConditionPublic(SQLModel):
    """A condition as it is served."""

    id: str
    name: str
    codes: list[Any] = Field(sa_column=Column(JSON))


class Condition(SQLModel, table=True):
    """A condition."""

    id: str = Field(primary_key=True)
    name: str
    codes: list[Any] = Field(sa_column=Column(JSON))


class IndicationBase(SQLModel):
    """What an indication has."""

    status: str
    jurisdiction: str | None
    populations: list[str] = Field(sa_column=Column(JSON))
    section: dict[str, Any] | None = Field(sa_column=Column(JSON))


class Indication(IndicationBase, table=True):
    """An indication."""

    id: str = Field(primary_key=True, foreign_key="fact.id")
    condition_id: str | None = Field(foreign_key="condition.id")
    condition: Condition | None = Relationship()


class IndicationPublic(IndicationBase):
    """An indication as it is served."""

    condition: ConditionPublic | None


class TargetPublic(SQLModel):
    """A target as it is served."""

    id: str
    name: str
    type: str | None


class Target(SQLModel, table=True):
    """A target."""

    id: str = Field(primary_key=True)
    name: str
    type: str | None


class MechanismBase(SQLModel):
    """What a mechanism has."""

    mechanism_of_action: str | None
    action_type: str | None
    effect: str | None
    affinity: dict[str, Any] | None = Field(sa_column=Column(JSON))


class Mechanism(MechanismBase, table=True):
    """A mechanism."""

    id: str = Field(primary_key=True, foreign_key="fact.id")
    target_id: str | None = Field(foreign_key="target.id")
    target: Target | None = Relationship()


class MechanismPublic(MechanismBase):
    """A mechanism as it is served."""

    target: TargetPublic | None


class PharmacokineticsBase(SQLModel):
    """What a pharmacokinetic fact has."""

    process: str | None
    organ: str | None
    value: float | None
    unit: str | None


class Pharmacokinetics(PharmacokineticsBase, table=True):
    """A pharmacokinetic fact."""

    id: str = Field(primary_key=True, foreign_key="fact.id")


class ResultBase(SQLModel):
    """What was found in an arm."""

    arm: str
    value: float | None
    count: int | None
    participants: int | None


class OutcomeResult(ResultBase, table=True):
    """What was found in an arm, for an outcome."""

    __tablename__ = "outcome_result"
    __table_args__ = (
        ForeignKeyConstraint(
            ["trial_id", "outcome_position"], ["trial_outcome.trial_id", "trial_outcome.position"]
        ),
    )
    trial_id: str = Field(primary_key=True)
    outcome_position: int = Field(primary_key=True)
    position: int = Field(primary_key=True)


class OutcomeBase(SQLModel):
    """What was measured."""

    statement: str
    certainty: str
    measure: str
    type: str | None
    time_frame: str | None
    unit: str | None
    param_type: str | None


class TrialOutcome(OutcomeBase, table=True):
    """What a trial measured."""

    __tablename__ = "trial_outcome"
    trial_id: str = Field(primary_key=True, foreign_key="trial.id")
    position: int = Field(primary_key=True)
    evidence_id: str = Field(foreign_key="evidence.id")
    evidence: Evidence = Relationship()
    results: list[OutcomeResult] = Relationship()


class OutcomePublic(OutcomeBase):
    """What was measured, as it is served."""

    evidence: EvidencePublic
    results: list[ResultBase]


class ArmBase(SQLModel):
    """An arm."""

    id: str
    label: str
    type: str | None
    participants: int | None


class TrialArm(ArmBase, table=True):
    """A trial's arm."""

    __tablename__ = "trial_arm"
    trial_id: str = Field(primary_key=True, foreign_key="trial.id")
    position: int = Field(primary_key=True)


class TrialBase(SQLModel):
    """What a trial has."""

    study: str | None
    title: str | None
    status: str | None
    allocation: str | None
    masking: str | None
    enrollment: dict[str, Any] | None = Field(sa_column=Column(JSON))
    start_date: str | None
    completion_date: str | None


class Trial(TrialBase, table=True):
    """A trial."""

    id: str = Field(primary_key=True, foreign_key="fact.id")
    arms: list[TrialArm] = Relationship()
    outcomes: list[TrialOutcome] = Relationship()


class TrialPublic(TrialBase):
    """A trial as it is served."""

    arms: list[ArmBase]
    outcomes: list[OutcomePublic]


class FactBase(SQLModel):
    """What every fact has."""

    id: str = Field(primary_key=True)
    kind: str
    statement: str
    certainty: str


class Fact(FactBase, table=True):
    """A fact about a drug."""

    drug_id: str = Field(foreign_key="drug.id")
    evidence_id: str = Field(foreign_key="evidence.id")
    evidence: Evidence = Relationship()
    warning: Warning | None = Relationship()
    indication: Indication | None = Relationship()
    mechanism: Mechanism | None = Relationship()
    pharmacokinetics: Pharmacokinetics | None = Relationship()
    trial: Trial | None = Relationship()


class FactPublic(FactBase):
    """A fact as it is served."""

    evidence: EvidencePublic
    warning: WarningBase | None
    indication: IndicationPublic | None
    mechanism: MechanismPublic | None
    pharmacokinetics: PharmacokineticsBase | None
    trial: TrialPublic | None


class DrugBase(SQLModel):
    """A drug."""

    id: str = Field(primary_key=True)
    name: str
    description: str | None


class Drug(DrugBase, table=True):
    """A drug, and what belongs to it."""

    names: list[DrugName] = Relationship()
    identifiers: list[DrugIdentifier] = Relationship()
    classes: list[DrugClass] = Relationship()
    coverage: list[Coverage] = Relationship()
    facts: list[Fact] = Relationship()


class DrugPublic(DrugBase):
    """A drug with everything included."""

    names: list[NamePublic]
    identifiers: list[IdentifierPublic]
    classes: list[ClassPublic]
    coverage: list[CoveragePublic]
    facts: list[FactPublic]


engine = create_engine(
    f"sqlite:///{os.environ['BENCH_DATABASE']}", connect_args={"check_same_thread": False}
)
app = FastAPI()


def get_session() -> Iterator[Session]:
    """A session for one request."""
    with Session(engine) as session:
        yield session


@app.get("/v1/drugs/{drug_id}", response_model=DrugPublic)
def read_drug(drug_id: str, session: Session = Depends(get_session)) -> Any:  # noqa: B008 -- as the tutorial does
    """A drug with everything included."""
    drug = session.get(Drug, drug_id)
    if not drug:
        raise HTTPException(status_code=404, detail="Drug not found")
    return drug
