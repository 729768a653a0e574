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
    axis = Axis.linear(values)

    assert (axis.low, axis.high) == pytest.approx(ends)
    assert [value for value, _ in axis.ticks] == pytest.approx(ticks)
    assert (axis.at(axis.low), axis.at(axis.high)) == (0, 100)


def test_a_logarithmic_axis_puts_equal_ratios_equally_far() -> None:
    axis = Axis.log([0.5, 2])

    assert axis.at(1) - axis.at(0.5) == pytest.approx(axis.at(2) - axis.at(1), abs=0.2)
    assert [value for value, _ in axis.ticks] == [0.5, 1, 2]
    assert Axis.log([0.001, 1000]).ticks[0][0] == 0.001


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
        ({"value": 35.0, "count": 35, "participants": 40}, "35 of 40"),
        (
            {
                "value": 9.0,
                "lower_limit": 4.0,
                "upper_limit": 15.0,
                "dispersion_type": "INTER_QUARTILE_RANGE",
            },
            "9 (interquartile range 4 to 15)",
        ),
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


def test_a_spread_that_is_not_symmetric_is_told_and_not_drawn() -> None:
    row = RESULT | {"value": 20.0, "spread": 40.0, "dispersion_type": "GEOMETRIC_COEFFICIENT"}

    drawn = bars({"results": [row]}, {})

    assert drawn is not None
    [bar] = drawn.rows
    assert (bar.low, bar.high, bar.printed) == (None, None, "20 (geometric CV 40)")


def test_counts_are_drawn_as_shares_of_arms_that_differ_in_size() -> None:
    rows = [
        RESULT | {"value": float(count), "count": count, "participants": of}
        for count, of in ((30, 100), (20, 50))
    ]

    drawn = bars({"results": rows}, {})

    assert drawn is not None
    assert drawn.is_share
    assert [row.at for row in drawn.rows] == [drawn.axis.at(30), drawn.axis.at(40)]
    assert [row.printed for row in drawn.rows] == ["30 of 100", "20 of 50"]


@pytest.mark.parametrize(
    "name", ["Hazard Ratio, log", "Geometric mean ratio", "Ratio (%)", "LS Mean", "Cox"]
)
def test_an_estimate_whose_place_of_no_effect_is_unknown_is_not_drawn(name: str) -> None:
    given = {"param_type": name, "param_value": 98.0, "ci_lower_limit": 90.0}
    analysis = ANALYSIS | given | {"ci_upper_limit": 107.0}

    assert forests({"analyses": [analysis], "derived": None}) == []


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
        ({"lower_limit": 7.0}, "pKi from 7"),
        ({"value": 5.0, "lower_limit": 4.5, "upper_limit": 6.0}, "pKi 5 (4.5 to 6)"),
    ],
)
def test_an_affinity_is_told_as_it_is_recorded(given: dict[str, Any], text: str) -> None:
    assert affinity_text(affinity(**given)) == text


def test_affinities_are_drawn_by_their_parameter() -> None:
    def fact(name: str, **given: Any) -> dict[str, Any]:
        return {"target": {"name": name}, "affinity": affinity(**given), "species": None}

    none = {"target": None, "affinity": None, "mechanism_of_action": "x"}
    facts = [fact("A", value=6.0), fact("B", parameter="Ki", value=3.0, unit="nM"), none]

    [drawn] = affinities(facts)

    assert (drawn.parameter, [row.label for row in drawn.rows]) == ("pKi", ["A"])


def test_affinities_are_grouped_by_target_and_species_and_bounds_are_marked() -> None:
    def fact(species: str | None, **given: Any) -> dict[str, Any]:
        return {"target": {"name": "Kv4.3"}, "affinity": affinity(**given), "species": species}

    facts = [
        fact("Human", value=5.0, relation="<"),
        fact("Mouse", value=4.0),
        fact("Human", lower_limit=5.5, upper_limit=6.0, relation="="),
    ]

    [drawn] = affinities(facts)

    assert [(row.label, row.printed, [m.bound for m in row.marks]) for row in drawn.rows] == [
        ("Kv4.3", "< 5; 5.5 to 6", ["<", ""]),
        ("Kv4.3, Mouse", "4", [""]),
    ]


def test_approvals_without_a_date_are_not_on_the_line() -> None:
    found = approvals([{"date": date} for date in ("1977-11", None, "2021", "1977-11")])

    assert found is not None
    axis, places = found
    assert (axis.low, axis.high) == (1975, 2025)
    assert places == [5.7, 93.0]
    assert approvals([{"date": None}]) is None
