"""Clinical trials, in ClinicalTrials.gov's terms and enums (API v2, names in snake_case)."""

import re
from enum import StrEnum
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from app.models.adverse_event import AdverseEvents
from app.models.base import (
    KEY,
    Part,
    PartialDate,
    Shape,
    Slug,
    at_position,
    described,
    owned_by,
)
from app.models.fact import Certainty, Detail, found_by
from app.models.numbers import MOST, NUMBER, Number, double_of, is_exact
from app.models.trial_arm import TrialArm, TrialGroup, people

CROSSOVER = re.compile(r"\bcross(ed)?[- ]?over\b", re.IGNORECASE)
"""What words call a trial whose arms are the same people at different times."""


class TrialStatus(StrEnum):
    """ClinicalTrials.gov's `overallStatus`."""

    ACTIVE_NOT_RECRUITING = "ACTIVE_NOT_RECRUITING"
    COMPLETED = "COMPLETED"
    ENROLLING_BY_INVITATION = "ENROLLING_BY_INVITATION"
    NOT_YET_RECRUITING = "NOT_YET_RECRUITING"
    RECRUITING = "RECRUITING"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"
    WITHDRAWN = "WITHDRAWN"
    AVAILABLE = "AVAILABLE"
    NO_LONGER_AVAILABLE = "NO_LONGER_AVAILABLE"
    TEMPORARILY_NOT_AVAILABLE = "TEMPORARILY_NOT_AVAILABLE"
    APPROVED_FOR_MARKETING = "APPROVED_FOR_MARKETING"
    WITHHELD = "WITHHELD"
    UNKNOWN = "UNKNOWN"


class StudyType(StrEnum):
    """ClinicalTrials.gov's `studyType`."""

    EXPANDED_ACCESS = "EXPANDED_ACCESS"
    INTERVENTIONAL = "INTERVENTIONAL"
    OBSERVATIONAL = "OBSERVATIONAL"


class Phase(StrEnum):
    """ClinicalTrials.gov's `phases`."""

    NA = "NA"
    EARLY_PHASE1 = "EARLY_PHASE1"
    PHASE1 = "PHASE1"
    PHASE2 = "PHASE2"
    PHASE3 = "PHASE3"
    PHASE4 = "PHASE4"


class Allocation(StrEnum):
    """ClinicalTrials.gov's `allocation`."""

    RANDOMIZED = "RANDOMIZED"
    NON_RANDOMIZED = "NON_RANDOMIZED"
    NA = "NA"


class InterventionModel(StrEnum):
    """ClinicalTrials.gov's `interventionModel`."""

    SINGLE_GROUP = "SINGLE_GROUP"
    PARALLEL = "PARALLEL"
    CROSSOVER = "CROSSOVER"
    FACTORIAL = "FACTORIAL"
    SEQUENTIAL = "SEQUENTIAL"


class ObservationalModel(StrEnum):
    """ClinicalTrials.gov's `observationalModel`."""

    COHORT = "COHORT"
    CASE_CONTROL = "CASE_CONTROL"
    CASE_ONLY = "CASE_ONLY"
    CASE_CROSSOVER = "CASE_CROSSOVER"
    ECOLOGIC_OR_COMMUNITY = "ECOLOGIC_OR_COMMUNITY"
    FAMILY_BASED = "FAMILY_BASED"
    DEFINED_POPULATION = "DEFINED_POPULATION"
    NATURAL_HISTORY = "NATURAL_HISTORY"
    OTHER = "OTHER"


class TimePerspective(StrEnum):
    """ClinicalTrials.gov's `timePerspective`."""

    RETROSPECTIVE = "RETROSPECTIVE"
    PROSPECTIVE = "PROSPECTIVE"
    CROSS_SECTIONAL = "CROSS_SECTIONAL"
    OTHER = "OTHER"


class Masking(StrEnum):
    """ClinicalTrials.gov's `masking`."""

    NONE = "NONE"
    SINGLE = "SINGLE"
    DOUBLE = "DOUBLE"
    TRIPLE = "TRIPLE"
    QUADRUPLE = "QUADRUPLE"


class PrimaryPurpose(StrEnum):
    """ClinicalTrials.gov's `primaryPurpose`."""

    TREATMENT = "TREATMENT"
    PREVENTION = "PREVENTION"
    DIAGNOSTIC = "DIAGNOSTIC"
    ECT = "ECT"
    SUPPORTIVE_CARE = "SUPPORTIVE_CARE"
    SCREENING = "SCREENING"
    HEALTH_SERVICES_RESEARCH = "HEALTH_SERVICES_RESEARCH"
    BASIC_SCIENCE = "BASIC_SCIENCE"
    DEVICE_FEASIBILITY = "DEVICE_FEASIBILITY"
    OTHER = "OTHER"


class EnrollmentType(StrEnum):
    """ClinicalTrials.gov's enrolment `type`."""

    ACTUAL = "ACTUAL"
    ESTIMATED = "ESTIMATED"


class DateType(StrEnum):
    """ClinicalTrials.gov's `type` of a date."""

    ACTUAL = "ACTUAL"
    ESTIMATED = "ESTIMATED"


class DrugRole(StrEnum):
    """What a drug is for in a trial, by the types of the arms that it is given in.

    `experimental`: it is given in experimental arms alone. `comparator`: in active comparators
    alone, and others are experimental. `background`: in every arm, beside what makes them differ,
    or the registry calls it so.
    """

    EXPERIMENTAL = "experimental"
    COMPARATOR = "comparator"
    BACKGROUND = "background"


class OutcomeType(StrEnum):
    """ClinicalTrials.gov's outcome measure `type`."""

    PRIMARY = "PRIMARY"
    SECONDARY = "SECONDARY"
    OTHER_PRE_SPECIFIED = "OTHER_PRE_SPECIFIED"
    POST_HOC = "POST_HOC"


class ParamType(StrEnum):
    """ClinicalTrials.gov's outcome measure `paramType`: what kind of number each result is."""

    GEOMETRIC_MEAN = "GEOMETRIC_MEAN"
    GEOMETRIC_LEAST_SQUARES_MEAN = "GEOMETRIC_LEAST_SQUARES_MEAN"
    LEAST_SQUARES_MEAN = "LEAST_SQUARES_MEAN"
    LOG_MEAN = "LOG_MEAN"
    MEAN = "MEAN"
    MEDIAN = "MEDIAN"
    NUMBER = "NUMBER"
    COUNT_OF_PARTICIPANTS = "COUNT_OF_PARTICIPANTS"
    COUNT_OF_UNITS = "COUNT_OF_UNITS"


class DispersionType(StrEnum):
    """ClinicalTrials.gov's outcome measure `dispersionType`: what `spread` is."""

    NA = "NA"
    STANDARD_DEVIATION = "STANDARD_DEVIATION"
    STANDARD_ERROR = "STANDARD_ERROR"
    INTER_QUARTILE_RANGE = "INTER_QUARTILE_RANGE"
    FULL_RANGE = "FULL_RANGE"
    CONFIDENCE_80 = "CONFIDENCE_80"
    CONFIDENCE_90 = "CONFIDENCE_90"
    CONFIDENCE_95 = "CONFIDENCE_95"
    CONFIDENCE_975 = "CONFIDENCE_975"
    CONFIDENCE_99 = "CONFIDENCE_99"
    CONFIDENCE_OTHER = "CONFIDENCE_OTHER"
    GEOMETRIC_COEFFICIENT = "GEOMETRIC_COEFFICIENT"


class Enrollment(Shape):
    """How many people took part, or were expected to."""

    count: int | None = described("How many.", 84, ge=0, le=MOST, default=None)
    type: EnrollmentType | None = described(
        "Whether that many did or were expected to; null where the source does not say.",
        "ACTUAL",
        default=None,
    )


class PrintedNumbers(SQLModel):
    """Numbers as the source prints them, beside the numbers they are read as."""

    numbers: ClassVar[frozenset[str]] = frozenset()

    as_printed: dict[str, str] = described(
        "The same numbers as the source prints them, by field; a field that the source leaves "
        "out is left out. The number itself is null where this is a bound, where it is not certain "
        "to be a number, and where no double is that number.",
        {"value": "62.8"},
        default_factory=dict,
    )

    @classmethod
    def read_numbers(cls, data: Any) -> Any:
        """The data with each printed number kept under `as_printed` and read as a number.

        `"71 %"` is read as 71; `"<0.0001"` is a bound and no number, so its field is null. A field
        whose print is given under `as_printed` was read already: it is left as it is.
        """
        if not isinstance(data, dict):
            return data
        given = data.get("as_printed")
        given = given if isinstance(given, dict) else {}
        printed = {
            f: v
            for f, v in data.items()
            if f in cls.numbers and isinstance(v, str) and f not in given
        }
        read = {f: _number(v) for f, v in printed.items()}
        return data | read | {"as_printed": given | printed}


def _number(printed: str) -> str | float | None:
    """What a printed number is to be read as; what JSON cannot carry is left for the field to
    refuse."""
    if re.fullmatch(r"[<>≤≥]\s*\d+(\.\d+)?", printed):
        return None
    plain = re.sub(r"\s*%$", "", printed)
    number = double_of(plain) if NUMBER.fullmatch(plain) else None
    return plain if number is None or is_exact(number, plain) else number


class TrialRegistryId(Part, table=True):
    """A registry's number for the trial."""

    __tablename__ = "trial_registry_id"
    owner: ClassVar = ("trial_id",)
    scalar: ClassVar = "registry_id"

    trial_id: str = owned_by("trial")
    position: int = at_position()
    registry_id: str = described("The number.", "NCT00525252", index=True)


class TrialPhase(Part):
    """A phase of development that the trial belongs to."""

    scalar: ClassVar = "phase"

    phase: Phase = described("The phase.", "PHASE2")


class TrialCondition(Part, table=True):
    """A condition that the trial's participants had."""

    __tablename__ = "trial_condition"
    owner: ClassVar = ("trial_id",)
    scalar: ClassVar = "condition"

    trial_id: str = owned_by("trial")
    position: int = at_position()
    condition_id: str = Field(foreign_key="condition.id", index=True, sa_type=KEY)


class TrialDefinition(Part):
    """What a term meant in the trial, as this source tells it."""

    cites: ClassVar = "always"

    term: str = described("The term.", "abstinence")
    definition: str = described(
        "What it meant.", "Fewer than 4 drinks a day and fewer than 14 a week"
    )


class OutcomeResult(Part, PrintedNumbers):
    """What was found in one arm, or in one of the trial's `groups`."""

    numbers: ClassVar = frozenset(
        {
            "value",
            "count",
            "participants",
            "units_analyzed",
            "spread",
            "ci_percent",
            "lower_limit",
            "upper_limit",
        }
    )

    arm: str = described("The id of the arm, or of one of the trial's `groups`.", "baclofen")
    class_title: str | None = described(
        "The row of the results' table, where it has several.", "Week 12", default=None
    )
    category_title: str | None = described(
        "The category within that row, where it has several.", "Improved", default=None
    )
    value: Number | None = described("The number, in the outcome's `unit`.", 62.8, default=None)
    count: int | None = described(
        "How many participants had the outcome.", 30, ge=0, le=MOST, default=None
    )
    participants: int | None = described(
        "How many were analysed in this arm for this outcome; of so many is `count`.",
        42,
        ge=0,
        le=MOST,
        default=None,
    )
    units_analyzed: int | None = described(
        "How many of the outcome's `type_units_analyzed` were analysed in this arm; null where "
        "there are none, or the source does not say.",
        84,
        ge=0,
        le=MOST,
        default=None,
    )
    dispersion_type: DispersionType | None = described(
        "What `spread` is.",
        "STANDARD_ERROR",
        default=None,
    )
    spread: Number | None = described(
        "How far the values spread, as `dispersion_type` says.", 5.4, default=None
    )
    ci_percent: Number | None = described(
        "The level of the confidence interval, in percent, where `spread`, or the range, is one.",
        None,
        default=None,
    )
    lower_limit: Number | None = described("The lower limit of a range.", 52.2, default=None)
    upper_limit: Number | None = described("The upper limit of a range.", 73.4, default=None)
    comment: str | None = described(
        "What the source adds, such as why a number is missing.",
        "No participant had the event",
        default=None,
    )


class OutcomeAnalysis(Part, PrintedNumbers):
    """A comparison between arms, as the source prints it."""

    numbers: ClassVar = frozenset(
        {
            "param_value",
            "ci_percent",
            "ci_lower_limit",
            "ci_upper_limit",
            "dispersion_value",
            "p_value",
        }
    )

    @classmethod
    def read_numbers(cls, data: Any) -> Any:
        """The same, where a p-value that is no probability is null as a number."""
        read = super().read_numbers(data)
        if not isinstance(read, dict):
            return read
        p_value = str(read.get("p_value"))
        if not NUMBER.fullmatch(p_value) or 0 <= float(p_value) <= 1:
            return read
        return read | {"p_value": None, "as_printed": {"p_value": p_value} | read["as_printed"]}

    param_type: str | None = described("What was estimated.", "Odds Ratio (OR)", default=None)
    param_value: Number | None = described("The estimate.", 6.3, default=None)
    ci_percent: Number | None = described(
        "The level of the confidence interval, in percent.", 95, default=None
    )
    ci_lower_limit: Number | None = described("Its lower limit.", 2.4, default=None)
    ci_upper_limit: Number | None = described("Its upper limit.", 16.1, default=None)
    ci_num_sides: str | None = described(
        "Whether the interval has one side or two.", "TWO_SIDED", default=None
    )
    dispersion_type: str | None = described(
        "What `dispersion_value` is.", "STANDARD_ERROR_OF_MEAN", default=None
    )
    dispersion_value: Number | None = described("How far the estimate spreads.", 1.06, default=None)
    p_value: Number | None = described(
        "The p-value; null where what is printed is no number from 0 to 1.", 0.0001, default=None
    )
    statistical_method: str | None = described(
        "The method, where the source names it.", "Fisher Exact", default=None
    )
    arms: list[str] = described(
        "The ids of the arms that were compared, or of the trial's `groups`, where the source "
        "names them.",
        ["baclofen", "placebo"],
        default_factory=list,
    )
    hypothesis: str | None = described(
        "The kind of test, in ClinicalTrials.gov's terms.", "SUPERIORITY", default=None
    )
    note: str | None = described(
        "What the source makes of it.", "No significant difference", default=None
    )


class GroupAnalyzed(Part):
    """How many participants of an arm were analysed for an outcome."""

    examples: ClassVar = [[{"arm": "baclofen", "participants": 42}]]

    arm: str = described("The id of the arm, or of one of the trial's `groups`.", "baclofen")
    participants: int | None = people("How many of it were analysed", 42)


class GroupDescription(Part):
    """What an outcome says of an arm or group, where that is not its own description."""

    examples: ClassVar = [
        [{"arm": "baclofen", "description": "Participants who took baclofen for 12 weeks"}]
    ]

    arm: str = described("The id of the arm, or of one of the trial's `groups`.", "baclofen")
    description: str = described(
        "Who was in it for this outcome, and what they were given, as the source has it.",
        "Participants who took baclofen for 12 weeks",
    )


class TrialOutcome(Part):
    """Something that was measured, and what was found."""

    cites: ClassVar = "always"
    parts: ClassVar[dict[str, type[Part]]] = {
        "analyzed": GroupAnalyzed,
        "group_descriptions": GroupDescription,
        "results": OutcomeResult,
        "analyses": OutcomeAnalysis,
    }

    statement: str = described(
        "What was found, as a sentence that stands alone.",
        "Participants on baclofen were abstinent for a mean of 62.8 days in all, those on "
        "placebo for 30.8.",
    )
    certainty: Certainty = described("How sure the source is of it.", "stated")
    measure: str = described("What was measured.", "Cumulative abstinence")
    type: OutcomeType | None = described(
        "Its rank in the trial; null where the source does not say.",
        "PRIMARY",
        default=None,
    )
    description: str | None = described(
        "How it was measured, as the registry has it.",
        "Days without drinking, as told in the diary",
        default=None,
    )
    time_frame: str | None = described("Over what time.", "12 weeks", default=None)
    unit: str | None = described("The unit of each result's `value`.", "days", default=None)
    param_type: ParamType | None = described(
        "What kind of number each result's `value` is.",
        "MEAN",
        default=None,
    )
    population_description: str | None = described(
        "Who was counted.", "Intention to treat", default=None
    )
    type_units_analyzed: str | None = described(
        "What else than participants was analysed, such as eyes, as the source has it: a result's "
        "`value` is then of its `units_analyzed` rather than of its `participants`, unless "
        "`param_type` says that it counts these.",
        "Eyes",
        default=None,
    )


class BaselineMeasure(Part):
    """Something that the participants had when they started, such as their age."""

    parts: ClassVar[dict[str, type[Part]]] = {"results": OutcomeResult}
    examples: ClassVar = [[]]

    measure: str = described("What was measured.", "Age, Continuous")
    description: str | None = described("How, as the source has it.", None, default=None)
    unit: str | None = described("The unit of each result's `value`.", "years", default=None)
    param_type: ParamType | None = described(
        "What kind of number each result's `value` is.", "MEAN", default=None
    )
    population_description: str | None = described("Who was counted.", None, default=None)
    type_units_analyzed: str | None = described(
        "What else than participants was counted, such as eyes, as the source has it.",
        None,
        default=None,
    )


class TrialComment(Part):
    """A conclusion or a limitation."""

    statement: str = described(
        "A sentence that stands alone.",
        "What baclofen does in alcohol dependence over the long term is not known.",
    )
    certainty: Certainty = described("How sure the source is of it.", "stated")


class TrialConclusion(TrialComment):
    """What the source concludes from the trial."""

    cites: ClassVar = "always"


class TrialLimitation(TrialComment):
    """What the source says the trial leaves open."""

    cites: ClassVar = "always"


class TrialFields(SQLModel):
    """What a trial has beyond every fact; null where the source gives none."""

    parts: ClassVar[dict[str, type[Part]]] = {
        "registry_ids": TrialRegistryId,
        "phases": TrialPhase,
        "conditions": TrialCondition,
        "arms": TrialArm,
        "groups": TrialGroup,
        "baseline": BaselineMeasure,
        "definitions": TrialDefinition,
        "outcomes": TrialOutcome,
        "conclusions": TrialConclusion,
        "limitations": TrialLimitation,
    }

    role: DrugRole | None = described(
        "What the drug is for in this trial: `experimental` where it is given in experimental arms "
        "alone, `comparator` where in active comparators alone and other arms are experimental, "
        "`background` where in every arm, beside another intervention by which these differ, or "
        "where the registry calls it so; a single drug of an active comparator is none. Of "
        "several interventions that are this drug, the first of these that one of them is. Null "
        "where the arms do not say.",
        "experimental",
        default=None,
    )
    study: Slug | None = described(
        "A key that accounts of the same study share. Each source's account is a record of its "
        "own, so count studies by this key and not by records.",
        "addolorato-2007",
        default=None,
    )
    title: str | None = described(
        "Its title, where the source gives one.",
        "Effectiveness and safety of baclofen for maintenance of alcohol abstinence in "
        "alcohol-dependent patients with liver cirrhosis: randomised, double-blind controlled "
        "study",
        default=None,
    )
    question: str | None = described(
        "What it set out to find.", "Does baclofen affect alcohol dependence?", default=None
    )
    status: TrialStatus | None = described("How far it is.", "COMPLETED", default=None)
    study_type: StudyType | None = described(
        "Whether what people were given was part of the study, or only observed, or given outside "
        "of trials; null where the source does not say.",
        "INTERVENTIONAL",
        default=None,
    )
    why_stopped: str | None = described(
        "Why it was stopped early, as the registry has it.",
        "Recruitment was slower than expected",
        default=None,
    )
    allocation: Allocation | None = described(
        "How participants came into their arms.",
        "RANDOMIZED",
        default=None,
    )
    intervention_model: InterventionModel | None = described(
        "How the arms were arranged.",
        "PARALLEL",
        default=None,
    )
    observational_model: ObservationalModel | None = described(
        "How participants of an observational study were chosen and compared.",
        "COHORT",
        default=None,
    )
    time_perspective: TimePerspective | None = described(
        "Whether an observational study looked ahead, back, or at one point in time.",
        "PROSPECTIVE",
        default=None,
    )
    masking: Masking | None = described(
        "How many parties did not know who was given what.",
        "DOUBLE",
        default=None,
    )
    primary_purpose: PrimaryPurpose | None = described(
        "What it was for.", "TREATMENT", default=None
    )
    enrollment: Enrollment | None = described(
        "How many people took part, or were expected to, as its `type` says.",
        {"count": 84, "type": None},
        default=None,
    )
    start_date: PartialDate | None = described(
        "When it began or was expected to, as `start_date_type` says; at the source's precision.",
        "2003-10",
        default=None,
    )
    start_date_type: DateType | None = described(
        "Whether it did begin then, or was expected to; null where the source does not say.",
        "ACTUAL",
        default=None,
    )
    completion_date: PartialDate | None = described(
        "When it ended or was expected to, as `completion_date_type` says; at the source's "
        "precision.",
        "2006-11",
        default=None,
    )
    completion_date_type: DateType | None = described(
        "Whether it did end then, or was expected to; null where the source does not say.",
        "ACTUAL",
        default=None,
    )
    first_posted: PartialDate | None = described(
        "When a registry first posted it, or about when, as `first_posted_type` says.",
        "2007-09-05",
        default=None,
    )
    first_posted_type: DateType | None = described(
        "Whether that is the day, or the registry's estimate; null where the source does not say.",
        "ACTUAL",
        default=None,
    )
    adverse_events: AdverseEvents | None = described(
        "The adverse events that were counted; null where the source gives none, which does not "
        "mean that there were none.",
        None,
        default=None,
    )
    type_units_assigned: str | None = described(
        "What else than participants was assigned to the arms, such as eyes or clinics, as the "
        "source has it.",
        None,
        default=None,
    )
    cluster_randomized: bool = described(
        "Whether the source's own words call it a trial in which groups of people were randomised; "
        "false where they do not.",
        False,
        default=False,
    )
    crossover: bool = described(
        "Whether the source's own words call it a crossover trial, whatever its "
        "`intervention_model`; false where they do not.",
        False,
        default=False,
    )
    duration: str | None = described("How long treatment lasted.", "12 weeks", default=None)
    locations: list[str] = described("Where it was done.", ["Rome"], default_factory=list)


class Trial(Detail, table=True):
    """One source's account of a clinical trial, or of another study, as `study_type` says."""

    __table_args__ = found_by("trial", "study")
    kind_name: ClassVar = "trials"
    singular: ClassVar = "trial"
    content: ClassVar = TrialFields
    found_by_parts: ClassVar = {"registry_ids": TrialRegistryId, "conditions": TrialCondition}

    study: str | None = Field(default=None, sa_type=KEY)
