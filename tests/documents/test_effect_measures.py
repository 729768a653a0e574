"""The measures agree with published ones, and are null where the counts leave them undefined."""

from itertools import product
from math import hypot, isfinite
from typing import Any

import pytest

from app.documents.effect_measures import Interval, TwoArms, Z
from app.documents.statistics import EffectMeasures, derive_effects
from app.models.trial import InterventionModel, ParamType
from app.models.trial_arm import ArmType

SMALL = [
    TwoArms(a, n, c, m)
    for n, m in product(range(1, 6), repeat=2)
    for a, c in product(range(n + 1), range(m + 1))
]
"""Every table of two arms of one to five participants."""


def swapped(arms: TwoArms) -> TwoArms:
    """The same with the arms the other way round."""
    return TwoArms(
        arms.comparator_events,
        arms.comparator_total,
        arms.experimental_events,
        arms.experimental_total,
    )


def reversed_outcome(arms: TwoArms) -> TwoArms:
    """The same with not having had the event as the event."""
    return TwoArms(
        arms.experimental_total - arms.experimental_events,
        arms.experimental_total,
        arms.comparator_total - arms.comparator_events,
        arms.comparator_total,
    )


def limits(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.lower, interval.upper


def test_the_trials_counts_bear_out_the_papers_interval() -> None:
    arms = TwoArms(30, 42, 12, 42)

    assert arms.experimental_risk == pytest.approx(5 / 7)
    assert arms.comparator_risk == pytest.approx(2 / 7)
    assert arms.risk_difference == pytest.approx(3 / 7)
    assert arms.relative_risk == pytest.approx(2.5)
    assert arms.odds_ratio == pytest.approx(30 * 30 / (12 * 12))
    assert arms.number_needed_to_treat == pytest.approx(7 / 3)
    # Each interval by hand: 1.9599640 times the root, less and plus, and out of the logarithm.
    # ln 6.25 = 1.8325815 and the root of 7/30 is 0.4830459.
    assert limits(arms.odds_ratio_interval) == pytest.approx((2.42499, 16.1083), rel=1e-5)
    # ln 2.5 = 0.9162907 and the root of 1/30 + 1/12 - 2/42 is 0.2627691.
    assert limits(arms.relative_risk_interval) == pytest.approx((1.4937245, 4.1841718), rel=1e-7)
    # statsmodels 0.15.0, confint_proportions_2indep(30, 42, 12, 42, "newcomb", compare="diff").
    assert limits(arms.risk_difference_interval) == pytest.approx((0.2164991, 0.5898541), rel=1e-6)


@pytest.mark.parametrize(
    ("arms", "lower", "upper"),
    [
        (TwoArms(56, 70, 48, 80), 0.0524, 0.3339),
        (TwoArms(9, 10, 3, 10), 0.1705, 0.8090),
        (TwoArms(6, 7, 2, 7), 0.0582, 0.8062),
        (TwoArms(5, 56, 0, 29), -0.0381, 0.1926),
        (TwoArms(0, 10, 0, 20), -0.1611, 0.2775),
        (TwoArms(0, 10, 0, 10), -0.2775, 0.2775),
        (TwoArms(10, 10, 0, 20), 0.6791, 1.0),
        (TwoArms(10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_risk_difference_is_newcombes(
    arms: TwoArms, lower: float, upper: float
) -> None:
    """Stat Med 1998;17:873-890, table II, method 10; statsmodels 0.15.0 gives the same."""
    assert limits(arms.risk_difference_interval) == pytest.approx((lower, upper), abs=5e-5)


@pytest.mark.parametrize(
    ("arms", "lower", "upper"),
    [
        (TwoArms(1, 2, 1, 7), -0.191952148, 0.779203888),
        (TwoArms(1, 20000, 3, 20000), -0.000393862395, 0.000153329644),
        (TwoArms(0, 1, 1, 1), -1, 0.122108721),
    ],
)
def test_an_interval_never_leaves_what_is_possible(
    arms: TwoArms, lower: float, upper: float
) -> None:
    """The limits are those of statsmodels 0.15.0."""
    assert limits(arms.risk_difference_interval) == pytest.approx((lower, upper), rel=1e-6)


def score_limit(events: int, total: int, end: float) -> float:
    """The share between what was found and this end at which the score test just rejects it."""
    share, inside, outside = events / total, events / total, end
    for _ in range(60):
        middle = (inside + outside) / 2
        if (share - middle) ** 2 > Z * Z * middle * (1 - middle) / total:
            outside = middle
        else:
            inside = middle
    return inside


@pytest.mark.slow
def test_the_interval_of_the_risk_difference_is_newcombes_of_every_small_table() -> None:
    tables = [(events, total) for total in range(1, 9) for events in range(total + 1)]
    limits_of = {of: (score_limit(*of, 0.0), score_limit(*of, 1.0)) for of in tables}

    for (a, n), (c, m) in product(tables, repeat=2):
        (lower, upper), (lower_there, upper_there) = limits_of[a, n], limits_of[c, m]
        difference = a / n - c / m
        below = hypot(a / n - lower, upper_there - c / m)
        above = hypot(upper - a / n, c / m - lower_there)
        expected = (max(difference - below, -1), min(difference + above, 1))
        assert limits(TwoArms(a, n, c, m).risk_difference_interval) == pytest.approx(expected)


NO_CELL = {"class_title": None, "category_title": None}


def trial(
    *,
    units: int | None = None,
    model: str | None = None,
    assigned: str | None = None,
    clusters: bool = False,
    crossover: bool = False,
    title: str = "A trial",
    **outcome: Any,
) -> dict[str, Any]:
    """A trial whose one outcome has the counts that are documented."""
    counts = [("baclofen", 30), ("placebo", 12)]
    results = [
        {"arm": arm, "count": count, "participants": 42, "units_analyzed": units} | NO_CELL
        for arm, count in counts
    ]
    measured = {
        "measure": "Abstinence",
        "description": None,
        "unit": "Participants",
        "param_type": None,
        "type_units_analyzed": None,
        "analyzed": [],
        "results": results,
    }
    return {
        "title": title,
        "intervention_model": model,
        "type_units_assigned": assigned,
        "cluster_randomized": clusters,
        "crossover": crossover,
        "arms": [
            {"id": "baclofen", "type": ArmType.EXPERIMENTAL},
            {"id": "placebo", "type": ArmType.PLACEBO_COMPARATOR},
        ],
        "outcomes": [measured | outcome],
    }


def derived(trial: dict[str, Any]) -> Any:
    """What follows from the counts of a trial's one outcome."""
    derive_effects(trial, {"statement": "A trial"})
    [outcome] = trial["outcomes"]
    return outcome["derived"]


def test_the_documented_examples_are_what_is_served_for_those_counts() -> None:
    found = derived(trial())

    fields = EffectMeasures.model_fields.items()
    documented = {name: (field.examples or [None])[0] for name, field in fields}
    assert found == documented


@pytest.mark.parametrize("model", [None, *InterventionModel])
def test_arms_of_the_same_people_are_not_compared_as_if_they_were_others(
    model: InterventionModel | None,
) -> None:
    are_others = model in (None, "PARALLEL", "FACTORIAL")

    assert (derived(trial(model=model)) is not None) == are_others


def test_counts_of_a_group_that_is_no_arm_are_compared_with_nothing() -> None:
    both = {"arm": "everybody", "count": 42, "participants": 84, "units_analyzed": None} | NO_CELL
    of_arms = trial()["outcomes"][0]["results"]

    assert derived(trial(results=[*of_arms, both])) is None
    assert derived(trial(results=[both])) is None
    assert derived(trial(results=[*of_arms, both | {"count": None}])) is None
    assert derived(trial(analyzed=[{"arm": "everybody", "participants": 84}])) is None
    assert derived(trial(analyzed=[{"arm": "placebo", "participants": 42}])) is not None


@pytest.mark.parametrize("name", ["class_title", "category_title"])
def test_counts_of_different_rows_or_categories_are_not_compared(name: str) -> None:
    first, second = trial()["outcomes"][0]["results"]

    assert derived(trial(results=[first | {name: "Improved"}, second])) is None
    assert derived(trial(results=[r | {name: "Improved"} for r in (first, second)])) is not None


@pytest.mark.parametrize(
    "said",
    [
        "A crossover trial",
        "A Double-Blind, Cross-Over Study",
        "A crossed-over comparison",
        "Split-mouth trial",
        "A Split Face Comparison",
        "Contralateral eye study",
        "Within-subject comparison",
        "An Intra-individual Trial",
        "Each participant is own control",
        "N-of-1 trial",
        "Before and after",
        "Two-period two-treatment",
        "Each patient received both treatments in random order",
    ],
)
def test_nothing_follows_where_words_say_that_the_arms_are_the_same_people(said: str) -> None:
    assert derived(trial(title=said)) is None
    assert derived(trial(measure=said)) is None


@pytest.mark.parametrize(
    "of_eyes",
    [
        trial(type_units_analyzed="Eyes", units=84),
        trial(type_units_analyzed="Eyes"),
        trial(units=84),
        trial(param_type=ParamType.COUNT_OF_UNITS),
        trial(assigned="Eyes"),
        trial(clusters=True),
        trial(crossover=True),
        trial(unit="Eyes"),
        trial(unit="Lesions treated"),
        trial(measure="Number of Eyes With Improvement"),
        trial(measure="Number of Exacerbations"),
        trial(measure="Number of Headache Attacks"),
        trial(measure="Total Seizures"),
        trial(measure="Number of Scars Healed"),
        trial(measure="Percentage of Doses Taken"),
    ],
)
def test_nothing_follows_where_something_else_than_participants_was_counted_or_assigned(
    of_eyes: dict[str, Any],
) -> None:
    assert derived(of_eyes) is None


def test_participants_with_events_are_no_other_units() -> None:
    assert derived(trial(unit="Participants with events")) is not None
    assert derived(trial(measure="Number of Participants With Events")) is not None


def test_the_odds_ratio_is_that_of_bland_and_altman() -> None:
    """Hay fever in children with and without eczema: BMJ 2000;320:1468."""
    arms = TwoArms(141, 141 + 420, 928, 928 + 13525)

    assert arms.odds_ratio == pytest.approx(4.89, abs=0.005)
    assert limits(arms.odds_ratio_interval) == pytest.approx((4.0, 6.0), abs=0.05)


def test_the_measures_are_those_of_the_physicians_health_study() -> None:
    """Heart attacks on placebo and on aspirin, as Agresti works them: Categorical Data Analysis."""
    arms = TwoArms(189, 11034, 104, 11037)

    assert arms.odds_ratio == pytest.approx(1.832, abs=0.0005)
    assert limits(arms.odds_ratio_interval) == pytest.approx((1.440, 2.331), abs=0.0005)
    assert arms.relative_risk == pytest.approx(1.818, abs=0.0005)
    assert limits(arms.relative_risk_interval) == pytest.approx((1.433, 2.306), abs=0.0005)
    assert arms.risk_difference == pytest.approx(0.0077, abs=0.00005)
    assert limits(arms.risk_difference_interval) == pytest.approx((0.005, 0.011), abs=0.0005)


def test_fewer_events_make_a_negative_difference_and_a_positive_number_needed() -> None:
    arms = TwoArms(15, 150, 100, 250)

    assert arms.risk_difference == pytest.approx(-0.3)
    assert arms.relative_risk == pytest.approx(0.25)
    assert arms.odds_ratio == pytest.approx(1 / 6)
    assert arms.number_needed_to_treat == pytest.approx(10 / 3)


@pytest.mark.parametrize(
    ("arms", "relative_risk", "odds_ratio", "number_needed"),
    [
        pytest.param(TwoArms(0, 10, 5, 10), 0, 0, 2, id="none in the experimental arm"),
        pytest.param(TwoArms(5, 10, 0, 10), None, None, 2, id="none in the comparator"),
        pytest.param(TwoArms(10, 10, 5, 10), 2, None, 2, id="all in the experimental arm"),
        pytest.param(TwoArms(5, 10, 10, 10), 0.5, 0, 2, id="all in the comparator"),
        pytest.param(TwoArms(0, 10, 0, 10), None, None, None, id="none in either"),
        pytest.param(TwoArms(10, 10, 10, 10), 1, None, None, id="all in both"),
        pytest.param(TwoArms(10, 10, 0, 10), None, None, 1, id="all against none"),
        pytest.param(TwoArms(0, 10, 10, 10), 0, 0, 1, id="none against all"),
    ],
)
def test_an_empty_cell_leaves_what_it_divides_and_the_intervals_of_ratios_undefined(
    arms: TwoArms,
    relative_risk: float | None,
    odds_ratio: float | None,
    number_needed: float | None,
) -> None:
    assert (arms.relative_risk, arms.odds_ratio, arms.number_needed_to_treat) == (
        relative_risk,
        odds_ratio,
        number_needed,
    )
    assert (arms.relative_risk_interval is None) == (relative_risk in {None, 0, 1})
    assert arms.odds_ratio_interval is None
    assert arms.risk_difference_interval is not None


@pytest.mark.parametrize(
    "arms",
    [TwoArms(1, 3, 2, 6), TwoArms(7, 10, 70, 100), TwoArms(3, 30, 1, 10), TwoArms(0, 1, 0, 9)],
)
def test_no_difference_needs_no_number_to_treat(arms: TwoArms) -> None:
    assert arms.number_needed_to_treat is None


def test_no_measure_of_a_small_table_raises_or_is_infinite() -> None:
    for arms in SMALL:
        numbers = [
            arms.experimental_risk,
            arms.comparator_risk,
            arms.risk_difference,
            arms.relative_risk,
            arms.odds_ratio,
            arms.number_needed_to_treat,
        ]
        assert [n for n in numbers if n is not None and not isfinite(n)] == [], arms


def test_every_interval_holds_its_estimate_and_a_ratio_has_one_just_where_it_is_defined() -> None:
    for arms in SMALL:
        full = 0 < arms.experimental_events < arms.experimental_total and (
            0 < arms.comparator_events < arms.comparator_total
        )
        both = arms.experimental_events and arms.comparator_events
        is_all = arms.experimental_risk == arms.comparator_risk == 1
        difference = arms.risk_difference_interval
        assert -1 <= difference.lower <= arms.risk_difference <= difference.upper <= 1, arms
        for estimate, interval, is_defined in (
            (arms.relative_risk, arms.relative_risk_interval, both and not is_all),
            (arms.odds_ratio, arms.odds_ratio_interval, full),
        ):
            assert (interval is not None) == bool(is_defined), arms
            if interval is not None:
                assert estimate is not None
                assert interval.lower < estimate < interval.upper, arms


def test_the_interval_of_a_risk_ratio_is_katzs_where_all_of_an_arm_had_the_event() -> None:
    # ln 2 = 0.6931472 and the root of 1/5 - 1/10 is 0.3162278.
    interval = limits(TwoArms(10, 10, 5, 10).relative_risk_interval)

    assert interval == pytest.approx((1.0761094, 3.7170941), rel=1e-6)


def test_swapped_arms_invert_the_ratios_and_turn_the_difference() -> None:
    for arms in SMALL:
        other = swapped(arms)
        assert other.risk_difference == pytest.approx(-arms.risk_difference), arms
        assert other.number_needed_to_treat == pytest.approx(arms.number_needed_to_treat), arms
        for ratio, inverse in (
            (arms.odds_ratio, other.odds_ratio),
            (arms.relative_risk, other.relative_risk),
        ):
            if ratio and inverse:
                assert inverse == pytest.approx(1 / ratio), arms
        for interval, turned in (
            (arms.odds_ratio_interval, other.odds_ratio_interval),
            (arms.relative_risk_interval, other.relative_risk_interval),
        ):
            if interval is not None:
                assert limits(turned) == pytest.approx((1 / interval.upper, 1 / interval.lower))


def test_the_opposite_outcome_inverts_the_odds_ratio_alone() -> None:
    for arms in SMALL:
        other = reversed_outcome(arms)
        assert other.risk_difference == pytest.approx(-arms.risk_difference), arms
        assert other.number_needed_to_treat == pytest.approx(arms.number_needed_to_treat), arms
        if arms.odds_ratio and other.odds_ratio:
            assert other.odds_ratio == pytest.approx(1 / arms.odds_ratio), arms
            assert limits(other.risk_difference_interval) == pytest.approx(
                tuple(-limit for limit in reversed(limits(arms.risk_difference_interval)))
            )


def test_a_larger_trial_of_the_same_risks_is_surer() -> None:
    small, large = TwoArms(30, 42, 12, 42), TwoArms(300, 420, 120, 420)

    assert small.odds_ratio == large.odds_ratio
    lower, upper = limits(small.odds_ratio_interval)
    narrower = limits(large.odds_ratio_interval)
    assert lower < narrower[0] < narrower[1] < upper
