"""What the project computes from a trial's counts, and from which, beside what was printed."""

import re
from typing import Any

from pydantic import Field

from app.documents.effect_measures import CI_PERCENT, Interval, TwoArms
from app.models.base import Row, Shape
from app.models.trial import CROSSOVER, InterventionModel, ParamType
from app.models.trial_arm import ArmType

DIGITS = 6
"""Significant digits: more than any count carries, and few enough to be the same everywhere."""

METHOD = (
    "Cochrane Handbook for Systematic Reviews of Interventions, 6.4 and 15.4; the interval of the "
    "risk difference: Newcombe RG, Stat Med 1998;17:873-890, method 10"
)


class ConfidenceInterval(Shape):
    """A confidence interval of `ci_percent`."""

    lower: float = Field(description="Its lower limit.", examples=[2.42499])
    upper: float = Field(description="Its upper limit.", examples=[16.1083])


class ArmCounts(Shape):
    """The counts that one arm gave."""

    arm: str = Field(description="The arm's id.", examples=["baclofen"])
    count: int = Field(description="How many participants had the outcome.", examples=[30])
    participants: int = Field(description="Of how many.", examples=[42])


class ComputedFrom(Shape):
    """The counts of the two arms that were compared."""

    experimental: ArmCounts = Field(
        description="The experimental arm.",
        examples=[{"arm": "baclofen", "count": 30, "participants": 42}],
    )
    comparator: ArmCounts = Field(
        description="The arm it was compared with.",
        examples=[{"arm": "placebo", "count": 12, "participants": 42}],
    )


class EffectMeasures(Shape):
    """What follows from the counts in both arms.

    Computed here by the standard formulas, not taken from the source. Null where the counts leave
    a measure undefined.
    """

    experimental_risk: float = Field(
        description="The share of the experimental arm that had the outcome, from 0 to 1.",
        examples=[0.714286],
    )
    comparator_risk: float = Field(
        description="The share of the comparator that had it, from 0 to 1.", examples=[0.285714]
    )
    risk_difference: float = Field(
        description="Experimental less comparator, from -1 to 1.", examples=[0.428571]
    )
    risk_difference_ci: ConfidenceInterval | None = Field(
        description="Its interval, from -1 to 1 (hybrid score method, Newcombe 1998).",
        examples=[{"lower": 0.216499, "upper": 0.589854}],
    )
    relative_risk: float | None = Field(
        description="Experimental over comparator: the risk ratio.", examples=[2.5]
    )
    relative_risk_ci: ConfidenceInterval | None = Field(
        description="Its interval (log method, Katz).",
        examples=[{"lower": 1.49372, "upper": 4.18417}],
    )
    odds_ratio: float | None = Field(
        description="The odds ratio, experimental over comparator.", examples=[6.25]
    )
    odds_ratio_ci: ConfidenceInterval | None = Field(
        description="Its interval (log method, Woolf).",
        examples=[{"lower": 2.42499, "upper": 16.1083}],
    )
    number_needed_to_treat: float | None = Field(
        description="One over the size of the risk difference: how many must be treated for one "
        "more, or one fewer, to have the outcome, as the sign of `risk_difference` says. By custom "
        "rounded up when it is quoted. It means little where the interval of the risk difference "
        "holds 0.",
        examples=[2.33333],
    )
    ci_percent: int = Field(description="The level of the intervals, in percent.", examples=[95])
    computed_from: ComputedFrom = Field(
        description="The counts that all of this follows from.",
        examples=[
            {
                "experimental": {"arm": "baclofen", "count": 30, "participants": 42},
                "comparator": {"arm": "placebo", "count": 12, "participants": 42},
            }
        ],
    )
    method: str = Field(
        description="By which formulas.",
        examples=[METHOD],
    )


DERIVED = Field(
    description="What the project computes from the counts in both arms, and from which; null "
    "where the outcome has not exactly two results, of one row and category, of one experimental "
    "arm and one comparator, or has other arms or groups beside them, counted or not, where other "
    "units than participants were counted or assigned (eyes, clinics), also where only the unit or "
    "the measure says so, in trials that randomised clusters of people, in those of a model "
    "whose arms are not parallel (a single group, a sequence), and in crossover trials "
    "and others that only the source's words call so (`crossover`; split mouths, fellow eyes), "
    "whose arms are the same people.",
)

SAME_PEOPLE = re.compile(
    r"\b(?:split[- ]?(?:mouth|face|body|scalp|side)|contra-?lateral|(?:fellow|paired) eyes?"
    r"|(?:with)?in(?:tra)?[- ](?:subject|patient|participant|individual|person)s?\b"
    r"|own controls?|n[- ]of[- ](?:1|one)|before[- ](?:and|&)[- ]after"
    r"|(?:two|three|four|[234])[- ]periods?|both treatments)\b",
    re.IGNORECASE,
)
"""What words say that the arms are not different people, beside those for a crossover."""

_UNITS = (
    r"(?:eyes?|knees?|hips?|ears?|teeth|tooth|limbs?|legs?|feet|foot|hands?|joints?|lesions?|sites?"
    r"|wounds?|events?|episodes?|clinics?|hospitals?|cycles?|samples?|implants?|breasts?|kidneys?"
    r"|embryos?|visits?|lungs?|units?|tumou?rs?|nodules?|procedures?|households?|villages?"
    r"|exacerbations?|attacks?|seizures?|relapses?|scars?|warts?|doses?|injections?|infusions?"
    r"|fractures?|bleeds?|hospitali[sz]ations?|admissions?|migraines?|headaches?|days?|hours?)"
)
OTHER_UNITS = re.compile(
    r"^(?!.*\b(?:participant|patient|subject|people|person|individual|wom[ae]n|m[ae]n\b|child))"
    rf".*\b{_UNITS}\b",
    re.IGNORECASE | re.DOTALL,
)
"""Units of which one participant may have several: `Eyes`, but not `participants with events`."""

COUNT_OF_OTHER_UNITS = re.compile(
    rf"\b(?:total|(?:number|count|percent(?:age)?|proportion|rate)s? of) (?:\w+ )?{_UNITS}\b",
    re.IGNORECASE,
)
"""What an outcome is called that counts them: `Number of Eyes With Improvement`."""

PARALLEL = {InterventionModel.PARALLEL, InterventionModel.FACTORIAL, None}
"""The models whose arms are different people at one time, and where none is given."""

COMPARATORS = {
    ArmType.PLACEBO_COMPARATOR,
    ArmType.ACTIVE_COMPARATOR,
    ArmType.SHAM_COMPARATOR,
    ArmType.NO_INTERVENTION,
}


def derive_effects(trial: Row, entry: Row) -> None:
    """Give each of a trial's outcomes what follows from its counts.

    The formulas are for arms of different people, each of whom was assigned and counted once.
    """
    is_of_people = (
        trial["intervention_model"] in PARALLEL
        and not trial["crossover"]
        and not _are_same_people(trial["title"], entry.get("statement"))
        and trial["type_units_assigned"] is None
        and not trial["cluster_randomized"]
    )
    types = {arm["id"]: arm["type"] for arm in trial["arms"]}  # of groups that are no arms: none
    for outcome in trial["outcomes"]:
        counted = outcome["results"]
        experimental = [r for r in counted if types.get(r["arm"]) == ArmType.EXPERIMENTAL]
        comparator = [r for r in counted if types.get(r["arm"]) in COMPARATORS]
        compared = (
            len(experimental) == len(comparator) == 1
            and len(counted) == 2
            and all(r["count"] is not None and r["participants"] for r in counted)
            and _cell(counted[0]) == _cell(counted[1])
            and {of["arm"] for of in outcome["analyzed"]} <= {r["arm"] for r in counted}
            and is_of_people
            and not _is_of_other_units(outcome)
        )
        outcome["derived"] = _effects(experimental[0], comparator[0]) if compared else None


def _cell(result: Row) -> tuple[Any, ...]:
    """Of which row and category of the outcome's table a result is."""
    return result["class_title"], result["category_title"]


def _is_said(words: re.Pattern[str], *texts: str | None) -> bool:
    return any(text and words.search(text) for text in texts)


def _are_same_people(*texts: str | None) -> bool:
    return _is_said(CROSSOVER, *texts) or _is_said(SAME_PEOPLE, *texts)


def _is_of_other_units(outcome: Row) -> bool:
    """Whether something else than participants was counted, of which one may have several."""
    return (
        outcome["param_type"] == ParamType.COUNT_OF_UNITS
        or _are_same_people(outcome["measure"], outcome["description"])
        or _is_said(OTHER_UNITS, outcome["unit"])
        or _is_said(COUNT_OF_OTHER_UNITS, outcome["measure"])
        or outcome["type_units_analyzed"] is not None
        or any(result["units_analyzed"] is not None for result in outcome["results"])
    )


def _effects(experimental: Row, comparator: Row) -> Row:
    arms = TwoArms(
        experimental["count"],
        experimental["participants"],
        comparator["count"],
        comparator["participants"],
    )
    return {
        "experimental_risk": _rounded(arms.experimental_risk),
        "comparator_risk": _rounded(arms.comparator_risk),
        "risk_difference": _rounded(arms.risk_difference),
        "risk_difference_ci": _limits(arms.risk_difference_interval),
        "relative_risk": _rounded(arms.relative_risk),
        "relative_risk_ci": _limits(arms.relative_risk_interval),
        "odds_ratio": _rounded(arms.odds_ratio),
        "odds_ratio_ci": _limits(arms.odds_ratio_interval),
        "number_needed_to_treat": _rounded(arms.number_needed_to_treat),
        "ci_percent": CI_PERCENT,
        "computed_from": {
            "experimental": _counts(experimental),
            "comparator": _counts(comparator),
        },
        "method": METHOD,
    }


def _counts(result: Row) -> Row:
    return {name: result[name] for name in ("arm", "count", "participants")}


def _limits(interval: Interval | None) -> Row | None:
    if interval is None:
        return None
    return {"lower": _rounded(interval.lower), "upper": _rounded(interval.upper)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
