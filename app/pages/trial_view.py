"""What a trial's page draws: its arms, what each outcome came to, and estimates of effects."""

from typing import Any, NamedTuple

from app.models.base import Row
from app.pages.scales import Axis

WIDTH = 360
MOST_ROWS = 24
"""Results of one outcome that are drawn; more are only in its table."""

RATIOS = ("ratio", "hazard")
DIFFERENCES = ("difference", "slope", "mean")


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


def printed(row: Row) -> str:
    """A result as its source printed it: `71 % (30 of 42)`, `62.8 (SE 5.4)`."""
    as_printed = row["as_printed"] or {}
    value = as_printed.get("value", _text(row["value"]))
    count = as_printed.get("count", _text(row["count"]))
    of = as_printed.get("participants", _text(row["participants"]))
    counted = f"{count} of {of}" if count and of else count
    parts = [value or counted or "not given"]
    if value and counted:
        parts.append(f"({counted})")
    if spread := as_printed.get("spread", _text(row["spread"])):
        parts.append(f"({dispersion(row['dispersion_type'])} {spread})")
    low = as_printed.get("lower_limit", _text(row["lower_limit"]))
    high = as_printed.get("upper_limit", _text(row["upper_limit"]))
    if low or high:
        percent = f"{row['ci_percent']:g} % CI " if row["ci_percent"] else ""
        parts.append(f"({percent}{low or '?'} to {high or '?'})")
    return " ".join(parts)


SHORT = {"STANDARD_ERROR": "SE", "STANDARD_DEVIATION": "SD"}


def dispersion(type_: str | None) -> str:
    """How a spread is called for short."""
    return SHORT.get(type_ or "", (type_ or "spread").replace("_", " ").lower())


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def bars(outcome: Row, arms: dict[str, str]) -> Bars | None:
    """The results of an outcome that can be drawn on one axis; None if there are none, or many."""
    drawn = [row for row in outcome["results"] if row["value"] is not None]
    if not drawn or len(drawn) > MOST_ROWS:
        return None
    values: list[float] = []
    rows: list[tuple[Row, float | None, float | None]] = []
    for row in drawn:
        low, high = row["lower_limit"], row["upper_limit"]
        if low is None and high is None and row["spread"] is not None:
            low, high = row["value"] - row["spread"], row["value"] + row["spread"]
        values += [value for value in (row["value"], low, high) if value is not None]
        rows.append((row, low, high))
    axis = Axis.linear(values, WIDTH)
    order = list(arms)
    return Bars(
        axis,
        [
            Bar(
                _label(row, arms),
                order.index(row["arm"]) if row["arm"] in arms else len(order),
                axis.at(row["value"]),
                None if low is None else axis.at(low),
                None if high is None else axis.at(high),
                printed(row),
            )
            for row, low, high in rows
        ],
        ", ".join(dict.fromkeys(_interval(row) for row, low, _ in rows if low is not None)),
    )


def _interval(row: Row) -> str:
    if row["lower_limit"] is None:
        return f"one {dispersion(row['dispersion_type'])} on either side"
    percent = f"{row['ci_percent']:g} % " if row["ci_percent"] else ""
    return f"{percent}{dispersion(row['dispersion_type'] or 'interval')}"


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
        if any(word in name.lower() for word in RATIOS):
            ratios.append(given)
        elif any(word in name.lower() for word in DIFFERENCES):
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
            axis = make([value for row in rows for value in row[2:5]], WIDTH)
            at = [
                Estimate(name, text, axis.at(value), axis.at(low), axis.at(high), is_derived)
                for name, text, value, low, high, is_derived in rows
            ]
            made.append(Forest(axis, axis.at(none), at))
    return made


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
