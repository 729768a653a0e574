"""Axes, and what is drawn on them."""

from typing import Any

import pytest

from app.pages.drug_view import affinities, affinity_text, approvals
from app.pages.scales import Axis
from app.pages.trial_view import bars, estimate_text, forests, printed

RESULT: dict[str, Any] = {
    **dict.fromkeys(("value", "count", "participants", "spread", "lower_limit", "upper_limit")),
    **dict.fromkeys(("class_title", "category_title", "ci_percent", "dispersion_type")),
    "arm": "a",
    "as_printed": {},
}
ANALYSIS: dict[str, Any] = {
    **dict.fromkeys(("param_type", "param_value", "ci_percent", "ci_lower_limit")),
    **dict.fromkeys(("ci_upper_limit", "p_value")),
    "as_printed": {},
}


@pytest.mark.parametrize(
    ("values", "ends", "ticks"),
    [
        ([71, 29], (0, 80), [0, 20, 40, 60, 80]),
        ([-0.17, 0.01], (-0.2, 0.05), [-0.2, -0.15, -0.1, -0.05, 0, 0.05]),
        ([0], (0, 0.2), [0, 0.05, 0.1, 0.15, 0.2]),
        ([-3], (-3, 0), [-3, -2, -1, 0]),
    ],
)
def test_a_linear_axis_has_zero_and_round_ticks(
    values: list[float], ends: tuple[float, float], ticks: list[float]
) -> None:
    axis = Axis.linear(values, 100)

    assert (axis.low, axis.high) == pytest.approx(ends)
    assert [value for value, _ in axis.ticks] == pytest.approx(ticks)
    assert (axis.at(axis.low), axis.at(axis.high)) == (0, 100)


def test_a_logarithmic_axis_puts_equal_ratios_equally_far() -> None:
    axis = Axis.log([0.5, 2], 100)

    assert axis.at(1) - axis.at(0.5) == pytest.approx(axis.at(2) - axis.at(1), abs=0.2)
    assert [value for value, _ in axis.ticks] == [0.5, 1, 2]
    assert Axis.log([0.001, 1000], 100).ticks[0][0] == 0.001


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            {"value": 71.0, "as_printed": {"value": "71 %", "count": "30", "participants": "42"}},
            "71 % (30 of 42)",
        ),
        ({"value": 62.8, "spread": 5.4, "dispersion_type": "STANDARD_ERROR"}, "62.8 (SE 5.4)"),
        (
            {"value": 3.0, "lower_limit": 1.0, "upper_limit": None, "ci_percent": 95.0},
            "3 (95 % CI 1 to ?)",
        ),
        ({"count": 6, "participants": 42}, "6 of 42"),
        ({"as_printed": {"value": "<0.1"}}, "<0.1"),
        ({}, "not given"),
    ],
)
def test_a_result_is_shown_as_printed(given: dict[str, Any], text: str) -> None:
    assert printed(RESULT | given) == text


def test_only_what_has_a_value_is_drawn_and_never_too_many() -> None:
    rows = [RESULT | {"value": 2.0, "spread": 1.0, "dispersion_type": "STANDARD_DEVIATION"}, RESULT]

    drawn = bars({"results": rows}, {"a": "Arm A"})

    assert drawn is not None
    assert [(row.label, row.at > 0, row.low is not None) for row in drawn.rows] == [
        ("Arm A", True, True)
    ]
    assert drawn.intervals == "one SD on either side"
    assert bars({"results": [RESULT]}, {}) is None
    assert bars({"results": 25 * rows[:1]}, {}) is None


def test_ratios_stand_on_a_logarithmic_axis_and_differences_on_a_linear_one() -> None:
    def given(name: str, value: float, low: float | None, high: float) -> dict[str, Any]:
        limits = {"ci_lower_limit": low, "ci_upper_limit": high}
        return ANALYSIS | {"param_type": name, "param_value": value, **limits}

    analyses = [
        given("Hazard Ratio (HR)", 0.8, 0.6, 1.1),
        given("Odds Ratio (OR)", 2, 0, 9),
        given("Mean Difference (Final Values)", -2, -3, -1),
        given("Slope", 1, None, 2),
        given("Cox", 1, 0.5, 2),
    ]

    drawn = forests({"analyses": analyses, "derived": None})

    assert [(f.axis.is_log, [row.label for row in f.rows]) for f in drawn] == [
        (True, ["Hazard Ratio (HR)"]),
        (False, ["Mean Difference (Final Values)"]),
    ]
    assert drawn[0].none == drawn[0].axis.at(1)
    assert drawn[1].none == drawn[1].axis.at(0)


def test_an_estimate_without_an_interval_is_told_and_not_drawn() -> None:
    alone = ANALYSIS | {"as_printed": {"p_value": "<0.001"}, "p_value": 0.001}

    assert estimate_text(alone) == "p <0.001"
    assert forests({"analyses": [alone], "derived": None}) == []


def affinity(**given: Any) -> dict[str, Any]:
    none = dict.fromkeys(("unit", "relation", "value", "lower_limit", "upper_limit"))
    return {"parameter": "pKi"} | none | given


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"lower_limit": 4.3, "upper_limit": 6.2, "relation": "="}, "pKi 4.3 to 6.2"),
        ({"value": 5.0, "relation": "<"}, "pKi < 5"),
        ({"parameter": "Ki", "value": 3.0, "unit": "nM"}, "Ki 3 nM"),
        ({"lower_limit": 7.0, "relation": ">"}, "pKi > 7"),
    ],
)
def test_an_affinity_is_told_as_it_is_recorded(given: dict[str, Any], text: str) -> None:
    assert affinity_text(affinity(**given)) == text


def test_affinities_are_drawn_by_their_parameter() -> None:
    def fact(name: str, **given: Any) -> dict[str, Any]:
        return {"target": {"name": name}, "affinity": affinity(**given), "mechanism_of_action": ""}

    none = {"target": None, "affinity": None, "mechanism_of_action": "x"}
    facts = [fact("A", value=6.0), fact("B", parameter="Ki", value=3.0, unit="nM"), none]

    [drawn] = affinities(facts)

    assert (drawn.parameter, [row.target for row in drawn.rows]) == ("pKi", ["A"])


def test_approvals_without_a_date_are_not_on_the_line() -> None:
    found = approvals([{"date": "1977-11"}, {"date": None}, {"date": "2021"}])

    assert found is not None
    axis, marks = found
    assert (axis.low, axis.high) == (1975, 2025)
    assert [mark.row["date"] for mark in marks] == ["1977-11", "2021"]
    assert approvals([{"date": None}]) is None
