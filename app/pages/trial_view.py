"""What a trial's page draws: its arms, what each outcome came to, and estimates of effects."""

import re
from typing import Any, NamedTuple

from app.models.base import Row
from app.pages.scales import Axis, lines

MOST_ROWS = 24
"""Results of one outcome that are drawn; more are only in its table."""

RATIOS = ("ratio", "hazard", "relative risk")
DIFFERENCES = ("difference", "slope")
NO_PLAIN_RATIO = re.compile(r"\b(log|ln|percent|means?)\b|%")
"""In the name of a ratio: whether no effect is 1, 0 or 100 its source does not say."""


class Bar(NamedTuple):
    """A result as it is drawn: where its value stands, and its interval, if it has one."""

    label: str
    arm: int
    """Which of the trial's arms and groups it is of, from 0: each has its colour."""
    at: float
    low: float | None
    high: float | None
    printed: str


class Bars(NamedTuple):
    """The results of an outcome on one axis."""

    axis: Axis
    rows: list[Bar]
    intervals: str
    """What the intervals are: `SD`, `95 % CI`; nothing where there are none."""
    is_share: bool
    """Whether the bars are percentages that are computed here, of the counts beside them."""
    lines: int


class Estimate(NamedTuple):
    """An estimate of an effect: its name, as printed, and where it and its interval stand."""

    label: str
    printed: str
    at: float
    low: float
    high: float
    is_derived: bool


class Forest(NamedTuple):
    """Estimates on one axis, with the place of no effect."""

    axis: Axis
    none: float
    rows: list[Estimate]
    lines: int


def printed(row: Row) -> str:
    """A result as its source printed it: `71 % (30 of 42)`, `62.8 (SE 5.4)`."""
    as_printed = row["as_printed"] or {}

    def of(key: str) -> str | None:
        text: str | None = as_printed.get(key, _text(row[key]))
        return text

    value, count, participants = of("value"), of("count"), of("participants")
    counted = f"{count} of {participants}" if count and participants else count
    if value == count:
        value = None
    parts = [value or counted or "not given"]
    if value and counted:
        parts.append(f"({counted})")
    if spread := of("spread"):
        parts.append(f"({dispersion(row['dispersion_type'])} {spread})")
    low, high = of("lower_limit"), of("upper_limit")
    if low or high:
        parts.append(f"({_range(row)} {low or '?'} to {high or '?'})")
    return " ".join(parts)


SHORT = {
    "STANDARD_ERROR": "SE",
    "STANDARD_DEVIATION": "SD",
    "INTER_QUARTILE_RANGE": "interquartile range",
    "FULL_RANGE": "full range",
    "GEOMETRIC_COEFFICIENT": "geometric CV",
}
SYMMETRIC = ("STANDARD_ERROR", "STANDARD_DEVIATION")
"""What spreads as far below a value as above it."""


def dispersion(type_: str | None) -> str:
    """How a spread is called for short."""
    return SHORT.get(type_ or "", (type_ or "spread").replace("_", " ").lower())


def _range(row: Row) -> str:
    """What stands between a result's limits: `95 % CI`, `full range`."""
    if row["ci_percent"]:
        return f"{row['ci_percent']:g} % CI"
    return dispersion(row["dispersion_type"] or "range")


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def bars(outcome: Row, arms: dict[str, str]) -> Bars | None:
    """The results of an outcome that can be drawn on one axis; None if there are none, or many.

    Counts of participants are drawn as shares of those who were analysed: arms differ in size.
    """
    drawn = [row for row in outcome["results"] if row["value"] is not None]
    if not drawn or len(drawn) > MOST_ROWS:
        return None
    is_share = all(row["count"] == row["value"] and row["participants"] for row in drawn)
    values: list[float] = []
    placed: list[tuple[Row, float, float | None, float | None]] = []
    for row in drawn:
        value, (low, high) = row["value"], _limits(row)
        if is_share:
            value, low, high = 100 * row["count"] / row["participants"], None, None
        values += [each for each in (value, low, high) if each is not None]
        placed.append((row, value, low, high))
    axis = Axis.linear(values)
    order = list(arms)
    rows = [
        Bar(
            _label(row, arms),
            order.index(row["arm"]) if row["arm"] in arms else len(order),
            axis.at(value),
            None if low is None else axis.at(low),
            None if high is None else axis.at(high),
            printed(row),
        )
        for row, value, low, high in placed
    ]
    intervals = dict.fromkeys(_interval(row) for row, _, low, _ in placed if low is not None)
    return Bars(axis, rows, ", ".join(intervals), is_share, lines(rows))


def _limits(row: Row) -> tuple[float, float] | tuple[None, None]:
    """From where to where a result's interval is drawn, if it can be."""
    low, high, spread = row["lower_limit"], row["upper_limit"], row["spread"]
    if low is not None and high is not None:
        return low, high
    if low is high is None and spread is not None and row["dispersion_type"] in SYMMETRIC:
        return row["value"] - spread, row["value"] + spread
    return None, None


def _interval(row: Row) -> str:
    if row["lower_limit"] is None:
        return f"one {dispersion(row['dispersion_type'])} on either side"
    return _range(row)


def _label(row: Row, arms: dict[str, str]) -> str:
    of = (row["class_title"], row["category_title"])
    return ": ".join(filter(None, (arms.get(row["arm"], row["arm"]), *of)))


def forests(outcome: Row) -> list[Forest]:
    """The estimates of an outcome that have an interval: ratios on a logarithmic axis with 1 as no
    effect, differences on a linear one with 0."""
    ratios: list[tuple[str, str, float, float, float, bool]] = []
    differences: list[tuple[str, str, float, float, float, bool]] = []
    for each in outcome["analyses"]:
        value, low, high = (
            each[key] for key in ("param_value", "ci_lower_limit", "ci_upper_limit")
        )
        if value is None or low is None or high is None:
            continue
        name = each["param_type"] or "estimate"
        given = (name, estimate_text(each, with_p=False), value, low, high, False)
        if _has(name, RATIOS):
            if not NO_PLAIN_RATIO.search(name.lower()):
                ratios.append(given)
        elif _has(name, DIFFERENCES):
            differences.append(given)
    if derived := outcome["derived"]:
        for key, name in DERIVED.items():
            value, of = derived.get(key), derived.get(f"{key}_ci")
            if value is not None and of and of["lower"] is not None and of["upper"] is not None:
                text = f"{value:.3g} ({of['lower']:.3g} to {of['upper']:.3g})"
                row = (name, text, value, of["lower"], of["upper"], True)
                (differences if key == "risk_difference" else ratios).append(row)
    made = []
    positive = [row for row in ratios if min(row[2:5]) > 0]
    for rows, make, none in ((positive, Axis.log, 1.0), (differences, Axis.linear, 0.0)):
        if rows:
            axis = make([value for row in rows for value in row[2:5]])
            at = [
                Estimate(name, text, axis.at(value), axis.at(low), axis.at(high), is_derived)
                for name, text, value, low, high, is_derived in rows
            ]
            made.append(Forest(axis, axis.at(none), at, lines(at)))
    return made


def _has(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name.lower() for word in words)


DERIVED = {
    "odds_ratio": "Odds ratio",
    "relative_risk": "Relative risk",
    "risk_difference": "Risk difference",
}
"""What is computed from counts, and what it is called."""


def estimate_text(analysis: Row, *, with_p: bool = True) -> str:
    """An estimate as its source printed it: `6.3 (95 % CI 2.4 to 16.1)`."""
    as_printed = analysis["as_printed"] or {}

    def of(key: str) -> str | None:
        text: str | None = as_printed.get(key, _text(analysis[key]))
        return text

    value = of("param_value")
    low, high, percent = of("ci_lower_limit"), of("ci_upper_limit"), of("ci_percent")
    parts = [value] if value else []
    if low or high:
        parts.append(f"({f'{percent} % ' if percent else ''}CI {low or '?'} to {high or '?'})")
    if with_p and (p := of("p_value")):
        parts.append(f"p {'' if p[0] in '<>=' else '= '}{p}")
    return " ".join(parts)


MASKED = {
    "DOUBLE": "https://schema.org/DoubleBlindedTrial",
    "SINGLE": "https://schema.org/SingleBlindedTrial",
    "TRIPLE": "https://schema.org/TripleBlindedTrial",
    "NONE": "https://schema.org/OpenTrial",
}


def linked_data(trial: Row) -> dict[str, Any]:
    """The trial in schema.org's terms, as far as they fit."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalTrial",
        "name": trial["title"] or trial["statement"],
        "description": trial["statement"],
        "identifier": trial["registry_ids"],
        "studySubject": {"@type": "Drug", "name": trial["drug"]["name"]},
        "healthCondition": [
            {"@type": "MedicalCondition", "name": each["name"]} for each in trial["conditions"]
        ],
        "trialDesign": MASKED.get(trial["masking"] or ""),
    }
    return {key: value for key, value in data.items() if value}
