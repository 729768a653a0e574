"""A trial's account as Citation, and each of its outcomes as Evidence, with its statistics.

Numbers are as the source prints them. Of arms and groups those are contained that numbers are of.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from app.fhir.datatypes import (
    CLINICAL_TRIALS,
    LONGEST_ID,
    TERMINOLOGY,
    Served,
    artifact,
    cited,
    coding,
    concept,
    condition_concept,
    fhir_id,
    filled,
    narrative,
    reference,
)
from app.fhir.medications import drug_code
from app.models.base import Row
from app.models.trial import DrugRole, ParamType
from app.models.trial_arm import ArmType

LONGEST_TRIAL_ID = LONGEST_ID - 5
"""Letters of a trial's id in that of its outcomes, which a dot and a number end."""

OUTCOME = "#outcome-"
"""What stands between a trial's id and the number of an outcome in that one's identifier."""

COMPARATORS = frozenset(
    (
        ArmType.ACTIVE_COMPARATOR,
        ArmType.PLACEBO_COMPARATOR,
        ArmType.SHAM_COMPARATOR,
        ArmType.NO_INTERVENTION,
    )
)

NCT = re.compile(r"NCT\d{8}")
PRINTED = re.compile(r"([<>≤≥]?)\s*(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)\s*%?")
COMPARED = {"<": "<", ">": ">", "≤": "<=", "≥": ">="}

EFFECTS = {
    "relative_risk": "Risk ratio",
    "odds_ratio": "Odds ratio",
    "risk_difference": "Risk difference",
}
"""What is derived of two arms, with its interval."""


def citation(served: Served, trial: Row) -> Row:
    """A source's account of a trial as Citation; its drug has its identifiers."""
    links = list(dict.fromkeys(each["url"] for each in trial["citations"] if each["url"]))
    cited_artifact = {
        "identifier": _registered(trial),
        "title": [{"text": trial["title"]}] if trial["title"] else [],
        "webLocation": [{"url": each} for each in links],
    }
    classified = {
        "Overall status": [trial["status"]],
        "Study type": [trial["study_type"]],
        "Phase": trial["phases"],
        "Allocation": [trial["allocation"]],
        "Masking": [trial["masking"]],
        "Primary purpose": [trial["primary_purpose"]],
    }
    return served.resource(
        "Citation",
        fhir_id(trial["id"]),
        text=narrative(trial["statement"], citations=trial["citations"]),
        extension=[*_of_study(served, trial), *cited(trial["citations"])],
        identifier=[served.identifier("trials", trial["id"]), *_registered(trial)],
        title=trial["title"],
        status="active",
        useContext=_contexts(served, trial),
        summary=[
            _summary(served, style, each)
            for style, every in (
                ("Account", [trial]),
                ("Conclusion", trial["conclusions"]),
                ("Limitation", trial["limitations"]),
            )
            for each in every
        ],
        note=[{"text": f"Stopped: {trial['why_stopped']}"}] if trial["why_stopped"] else [],
        classification=[
            {
                "type": concept(name),
                "classifier": [concept(_words(each)) for each in codes if each],
            }
            for name, codes in classified.items()
            if any(codes)
        ],
        citedArtifact=filled(cited_artifact),
    )


def _summary(served: Served, style: str, comment: Row) -> Row:
    """An account, a conclusion or a limitation, as the source has it, with where it says so."""
    sure = served.extension("certainty", valueCode=comment["certainty"])
    return {
        "extension": [sure, *cited(comment["citations"])],
        "style": concept(style),
        "text": comment["statement"],
    }


def _of_study(served: Served, trial: Row) -> list[Row]:
    """The study, which accounts of it share, and what the drug was given for in it."""
    values = {
        "study": ("valueString", trial["study"]),
        "role": ("valueCode", trial["role"]),
    }
    return [
        served.extension(name, **{type_: value})
        for name, (type_, value) in values.items()
        if value is not None
    ]


def outcomes_found(trial: Row) -> list[int]:
    """Which outcomes something was found of, by their number from 1: others are plans."""
    return [
        number
        for number, outcome in enumerate(trial["outcomes"], 1)
        if outcome["results"] or outcome["analyses"] or outcome["statement"] != outcome["measure"]
    ]


def evidence(served: Served, trial: Row, number: int) -> Row:
    """One outcome of a trial as Evidence."""
    outcome = trial["outcomes"][number - 1]
    groups = {each["id"]: each for each in (*trial["arms"], *trial["groups"])}
    named = [result["arm"] for result in outcome["results"]]
    named += chain.from_iterable(analysis["arms"] for analysis in outcome["analyses"])
    arms = {
        arm: f"group-{place}"
        for place, arm in enumerate(dict.fromkeys(filter(groups.__contains__, named)), 1)
    }
    statistics = [
        *(_found(outcome, result, groups, arms) for result in outcome["results"]),
        *(_compared(analysis, groups, arms) for analysis in outcome["analyses"]),
        *_derived(outcome["derived"], arms),
    ]
    design = [trial["allocation"], trial["intervention_model"], trial["observational_model"]]
    designed = concept(", ".join(each.replace("_", " ").lower() for each in design if each))
    own: Row = {"studyDesign": [designed] if designed else []}
    sure = "Hedged: the source only thinks, believes or allows it."
    told = {each["arm"]: each["description"] for each in outcome["group_descriptions"]}
    rank = [served.extension("outcome-type", valueCode=outcome["type"])] if outcome["type"] else []
    described = (outcome["description"], outcome["time_frame"], outcome["population_description"])
    return served.resource(
        "Evidence",
        f"{fhir_id(trial['id'], LONGEST_TRIAL_ID)}.{number}",
        text=narrative(
            outcome["measure"],
            outcome["statement"] if outcome["statement"] != outcome["measure"] else None,
            citations=outcome["citations"],
        ),
        contained=[_group(served, groups[arm], id_) for arm, id_ in arms.items()],
        extension=[*rank, *_of_study(served, trial)],
        identifier=[
            served.identifier("trials", f"{trial['id']}{OUTCOME}{number}"),
            *_registered(trial),
        ],
        title=outcome["measure"],
        citeAsReference=reference(f"Citation/{fhir_id(trial['id'])}"),
        status="active",
        useContext=_contexts(served, trial),
        relatedArtifact=[artifact(each) for each in outcome["citations"]],
        description="\n\n".join(filter(None, described)),
        assertion=outcome["statement"] if outcome["statement"] != outcome["measure"] else None,
        note=[{"text": sure}] if outcome["certainty"] == "hedged" else [],
        variableDefinition=[*_exposures(groups, arms, told), _measured(outcome)],
        statistic=[each for each in statistics if each],
        **(own if served.is_r5 else {"studyType": designed}),
    )


def _registered(trial: Row) -> list[Row]:
    return [
        filled({"system": CLINICAL_TRIALS if NCT.fullmatch(each) else None, "value": each})
        for each in trial["registry_ids"]
    ]


def _contexts(served: Served, trial: Row) -> list[Row]:
    """What a trial is about, its conditions, and its drug, unless that is beside what is tried."""
    focus = coding(f"{TERMINOLOGY}/usage-context-type", "focus")
    role = trial["role"]
    beside = role in (DrugRole.COMPARATOR, DrugRole.BACKGROUND)
    of_drug = coding(served.system("drug-role"), role) if beside else focus
    about = [(of_drug, drug_code(trial["drug"]))]
    about += [(focus, condition_concept(each)) for each in trial["conditions"]]
    return [{"code": code, "valueCodeableConcept": each} for code, each in about]


def _group(served: Served, arm: Row, id_: str) -> Row:
    kind: Row = {"membership": "enumerated"} if served.is_r5 else {"actual": True}
    return filled(
        {
            "resourceType": "Group",
            "id": id_,
            "type": "person",
            **kind,
            "name": arm["label"],
            "quantity": arm["participants"],
        }
    )


def _role(code: str, display: str) -> Row:
    return concept(None, coding(f"{TERMINOLOGY}/variable-role", code, display))


def _exposures(groups: dict[str, Row], arms: dict[str, str], told: dict[str, str]) -> Iterator[Row]:
    """The groups that numbers are of, as what they are compared: where the source does not say
    that one is experimental and another its comparator, each is but a population."""
    types = {groups[arm].get("type") for arm in arms}
    is_told = ArmType.EXPERIMENTAL in types
    for arm, id_ in arms.items():
        group = groups[arm]
        role = _role("population", "population")
        if is_told and group.get("type") in COMPARATORS:
            role = _role("referenceExposure", "reference exposure")
        elif group.get("type") == ArmType.EXPERIMENTAL:
            role = _role("exposure", "exposure")
        description = told.get(arm) or group["description"]
        described = ": ".join(filter(None, (group["label"], description)))
        yield {
            "description": described,
            "variableRole": role,
            "observed": reference(f"#{id_}", group["label"]),
        }


def _measured(outcome: Row) -> Row:
    over = f" ({outcome['time_frame']})" if outcome["time_frame"] else ""
    return {
        "description": f"{outcome['measure']}{over}",
        "variableRole": _role("measuredVariable", "measured variable"),
    }


def quantity(of: Row, name: str, unit: str | None = None) -> Row:
    """A number as it is printed: bounds are such; what is no number is none here."""
    printed = PRINTED.fullmatch(of["as_printed"].get(name, ""))
    if of[name] is not None:
        return filled({"value": of[name], "unit": unit})
    if printed and printed[1]:
        return filled(
            {"value": float(printed[2]), "comparator": COMPARED[printed[1]], "unit": unit}
        )
    return {}


def _printed(of: Row, name: str) -> str | None:
    """A number as the source prints it, or else as it is."""
    printed: str | None = of["as_printed"].get(name)
    return printed if printed is not None or of[name] is None else f"{of[name]:.15g}"


def _found(outcome: Row, result: Row, groups: dict[str, Row], arms: dict[str, str]) -> Row:
    """What was found in one group."""
    group = groups.get(result["arm"])
    of = (group["label"] if group else result["arm"], result["class_title"])
    where = ", ".join(filter(None, (*of, result["category_title"])))
    value, unit = _printed(result, "value"), outcome["unit"]
    of_unit = "" if value and value.endswith("%") and "percent" in (unit or "") else f" {unit}"
    said = [f"{value}{of_unit if unit else ''}" if value is not None else None]
    if result["count"] is not None:
        total = result["participants"]
        said.append(f"{result['count']}{f' of {total}' if total is not None else ''} participants")
    spread = [
        _printed(result, "spread"),
        " to ".join(filter(None, (_printed(result, n) for n in ("lower_limit", "upper_limit")))),
    ]
    kind = _words(result["dispersion_type"]) or _interval_name(result["ci_percent"])
    if any(spread):
        said.append(f"{kind or 'spread'} {', '.join(filter(None, spread))}")
    if result["comment"]:
        said.append(result["comment"])
    estimates = [
        filled(
            {
                "type": concept(kind or "spread"),
                "level": _level(result),
                "quantity": quantity(result, "spread", unit),
                "range": _range(result, "lower_limit", "upper_limit", unit),
            }
        )
    ]
    titles = (result["class_title"], result["category_title"])
    # Where people were counted and the value is another number, such as a percentage.
    counted = outcome["param_type"] == ParamType.COUNT_OF_PARTICIPANTS
    is_other = counted and result["count"] not in (None, result["value"])
    category = concept(", ".join(filter(None, titles)))
    return filled(
        {
            "description": f"{where}: {'; '.join(filter(None, said)) or 'no number'}",
            "statisticType": concept(None if is_other else _words(outcome["param_type"])),
            "category": category,
            "quantity": quantity(result, "value", unit),
            "numberAffected": result["count"],
            "sampleSize": filled({"knownDataCount": result["participants"]}),
            "attributeEstimate": [each for each in estimates if _has_number(each)],
            "modelCharacteristic": _of_groups([result["arm"]], arms),
        }
    )


def _compared(analysis: Row, groups: dict[str, Row], arms: dict[str, str]) -> Row:
    """A comparison of groups, as the source prints it."""
    names = (groups[each]["label"] for each in analysis["arms"] if each in groups)
    kind = analysis["param_type"]
    value, p_value = _printed(analysis, "param_value"), _printed(analysis, "p_value")
    limits = [_printed(analysis, name) for name in ("ci_lower_limit", "ci_upper_limit")]
    interval = _interval_name(analysis["ci_percent"]) or "confidence interval"
    said = [
        f"{kind or 'estimate'} {value}" if value is not None else kind,
        f"{interval} {' to '.join(filter(None, limits))}" if any(limits) else None,
        f"p {p_value}" if p_value is not None else None,
        analysis["statistical_method"],
    ]
    spread = _words(analysis["dispersion_type"])
    estimates = [
        filled(
            {
                "type": concept(interval),
                "level": _level(analysis),
                "range": _range(analysis, "ci_lower_limit", "ci_upper_limit"),
            }
        ),
        filled({"type": concept(spread), "quantity": quantity(analysis, "dispersion_value")}),
        {"type": concept("p-value"), "quantity": quantity(analysis, "p_value")},
    ]
    method = analysis["statistical_method"]
    notes = [_words(analysis["hypothesis"]), _words(analysis["ci_num_sides"]), analysis["note"]]
    return filled(
        {
            "description": f"{' against '.join(names) or 'Comparison'}: "
            f"{'; '.join(filter(None, said)) or 'no number'}",
            "note": [{"text": each} for each in notes if each],
            "statisticType": concept(kind),
            "quantity": quantity(analysis, "param_value"),
            "attributeEstimate": [filled(each) for each in estimates if _has_number(each)],
            "modelCharacteristic": [
                *([{"code": concept(method)}] if method else []),
                *_of_groups(analysis["arms"], arms),
            ],
        }
    )


def _derived(derived: Row | None, arms: dict[str, str]) -> Iterator[Row]:
    """What follows from the counts in two arms: computed here, and said to be."""
    if derived is None:
        return
    sides = [derived["computed_from"][side] for side in ("experimental", "comparator")]
    counts = " and ".join(f"{side['count']} of {side['participants']}" for side in sides)
    note = f"Computed by Medfacts from {counts}, not printed by the source. {derived['method']}"
    for name, called in EFFECTS.items():
        value, interval = derived[name], derived[f"{name}_ci"]
        if value is None:
            continue
        between = f" ({interval['lower']} to {interval['upper']})" if interval else ""
        estimate = {
            "type": concept(_interval_name(derived["ci_percent"])),
            "level": derived["ci_percent"] / 100,
            "range": {
                "low": {"value": interval["lower"]},
                "high": {"value": interval["upper"]},
            }
            if interval
            else {},
        }
        yield filled(
            {
                "description": f"{called} {value}{between}, computed",
                "note": [{"text": note}],
                "statisticType": concept(called),
                "quantity": {"value": value},
                "attributeEstimate": [estimate] if interval else [],
                "modelCharacteristic": _of_groups([side["arm"] for side in sides], arms),
            }
        )


def _of_groups(named: Iterable[str], arms: dict[str, str]) -> list[Row]:
    """Which groups a number is of."""
    variables = [{"variableDefinition": reference(f"#{arms[arm]}")} for arm in named if arm in arms]
    return [{"code": concept("Groups"), "variable": variables}] if variables else []


def _range(of: Row, low: str, high: str, unit: str | None = None) -> Row:
    """A range whose limits are numbers: a bound is none of FHIR's."""
    limits = {"low": of[low], "high": of[high]}
    if None not in limits.values() and limits["low"] > limits["high"]:
        return {}  # as printed, which the description has
    return {
        name: filled({"value": value, "unit": unit})
        for name, value in limits.items()
        if value is not None
    }


def _has_number(estimate: Row) -> bool:
    return bool(estimate.get("quantity") or estimate.get("range"))


def _level(of: Row) -> float | None:
    return None if of["ci_percent"] is None else round(of["ci_percent"] / 100, 6)


def _interval_name(percent: float | None) -> str | None:
    return None if percent is None else f"{percent:g} % confidence interval"


def _words(code: str | None) -> str | None:
    return code.replace("_", " ").lower() if code else None
