"""What a study at ClinicalTrials.gov found: its outcomes, with results and analyses, its baseline
and the groups of each, joined with the study's arms."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.ingest.sources.study_fields import (
    MalformedError,
    Object,
    known_term,
    object_of,
    objects_of,
    put_number,
    term_of,
    text_of,
    texts_of,
    whole_number,
)
from app.ingest.sources.trial_adverse_events import at_risk_in
from app.ingest.sources.trial_arms import PARTICIPANTS, Arms, started_in
from app.models.trial import DispersionType, InterventionModel, OutcomeType, ParamType
from app.models.trial_arm import ResultsModule
from app.names.normalization import normalized

REGISTERED = (
    ("primaryOutcomes", OutcomeType.PRIMARY, "primary"),
    ("secondaryOutcomes", OutcomeType.SECONDARY, "secondary"),
    ("otherOutcomes", OutcomeType.OTHER_PRE_SPECIFIED, "other"),
)

NOTES = (
    "groupDescription",
    "statisticalComment",
    "pValueComment",
    "estimateComment",
    "ciLowerLimitComment",
    "ciUpperLimitComment",
    "nonInferiorityComment",
    "otherAnalysisDescription",
)
"""What an analysis says in words."""

CI_LEVELS = {
    80.0: DispersionType.CONFIDENCE_80,
    90.0: DispersionType.CONFIDENCE_90,
    95.0: DispersionType.CONFIDENCE_95,
    97.5: DispersionType.CONFIDENCE_975,
    99.0: DispersionType.CONFIDENCE_99,
}

CI_LEVEL = re.compile(
    r"(?<![\d.])(\d{1,2}(?:[._]\d+)?)[\s_]*%?[\s_]*(?:confidence|CI\b)", re.IGNORECASE
)
"""The level that the name of an interval begins with: `95.8% Confidence Interval`."""


def arms_of(
    interventions: Object, results: Object, design: Object, *, is_called_crossover: bool = False
) -> Arms:
    """A study's arms, joined with the groups of its participant flow, and ready to be joined with
    those of its baseline, outcomes and adverse events."""
    model = term_of(InterventionModel, design, "interventionModel")
    is_crossover = is_called_crossover or model == InterventionModel.CROSSOVER
    arms = Arms(interventions, is_crossover=is_crossover)
    flow = object_of(results, "participantFlowModule")
    baseline = object_of(results, "baselineCharacteristicsModule")
    events = object_of(results, "adverseEventsModule")
    arms.learn(ResultsModule.PARTICIPANT_FLOW, objects_of(flow, "groups"), started_in(flow))
    at_baseline = objects_of(baseline, "groups")
    arms.learn(ResultsModule.BASELINE, at_baseline, _participants_in(baseline))
    with_events = objects_of(events, "eventGroups")
    arms.learn(ResultsModule.ADVERSE_EVENTS, with_events, at_risk_in(with_events))
    for measure in _outcome_measures(results):
        groups = objects_of(measure, "groups")
        arms.learn(ResultsModule.OUTCOMES, groups, _participants_in(measure))
    arms.read_flow(flow)
    return arms


def units_assigned(results: Object) -> str | None:
    """What else than participants was assigned: eyes or clinics, as the flow or baseline says."""
    flow = object_of(results, "participantFlowModule")
    baseline = object_of(results, "baselineCharacteristicsModule")
    named = (text_of(module, "typeUnitsAnalyzed") for module in (flow, baseline))
    return next((name for name in named if name and normalized(name) != PARTICIPANTS), None)


def baseline_of(results: Object, arms: Arms, left_out: Counter[str]) -> list[Object]:
    """What the participants had when they started, for each arm and for all together.

    What has no title is counted as left out.
    """
    module = object_of(results, "baselineCharacteristicsModule")
    groups, _ = arms.join(ResultsModule.BASELINE, objects_of(module, "groups"))
    measures = []
    for measure in objects_of(module, "measures"):
        title = text_of(measure, "title")
        if title is None:
            left_out["baseline measures without a title"] += 1
            continue
        denominators = {"denoms": module.get("denoms")} if not measure.get("denoms") else {}
        table = measure | denominators
        units = _units_analyzed({"typeUnitsAnalyzed": module.get("typeUnitsAnalyzed")} | table)
        measures.append(
            {
                "measure": title,
                "description": text_of(measure, "description"),
                "unit": text_of(measure, "unitOfMeasure"),
                "param_type": term_of(ParamType, measure, "paramType"),
                "population_description": text_of(measure, "populationDescription"),
                "type_units_analyzed": units,
                "results": list(_results(table, groups, units)),
            }
        )
    return measures


def _outcome_measures(results: Object) -> list[Object]:
    return objects_of(object_of(results, "outcomeMeasuresModule"), "outcomeMeasures")


def outcomes_of(nct_id: str, study: Object, arms: Arms) -> list[Object]:
    """What was found; then what was to be measured, and has no results."""
    outcomes: list[Object] = []
    with_results: set[tuple[str, str]] = set()
    for n, measure in enumerate(_outcome_measures(object_of(study, "resultsSection")), 1):
        title = text_of(measure, "title")
        if title is None:
            raise MalformedError(f"outcome measure {n} has no title")
        time_frame = text_of(measure, "timeFrame")
        with_results.add((normalized(title), normalized(time_frame or "")))
        groups, group_descriptions = arms.join(
            ResultsModule.OUTCOMES, objects_of(measure, "groups")
        )
        units = _units_analyzed(measure)
        outcomes.append(
            {
                "statement": title,
                "certainty": "verbatim",
                "measure": title,
                "type": term_of(OutcomeType, measure, "type"),
                "description": text_of(measure, "description"),
                "time_frame": time_frame,
                "unit": text_of(measure, "unitOfMeasure"),
                "param_type": term_of(ParamType, measure, "paramType"),
                "population_description": text_of(measure, "populationDescription"),
                "type_units_analyzed": units,
                "analyzed": [
                    {"arm": groups[id_], "participants": number}
                    for id_, number in _participants_in(measure).items()
                    if id_ in groups
                ],
                "group_descriptions": group_descriptions,
                "results": list(_results(measure, groups, units)),
                "analyses": [
                    _analysis(analysis, groups) for analysis in objects_of(measure, "analyses")
                ],
                "cite": {"clinicaltrials": [f"{nct_id}, outcome measure {n}"]},
            }
        )
    registered = object_of(study["protocolSection"], "outcomesModule")
    for name, type_, word in REGISTERED:
        for n, outcome in enumerate(objects_of(registered, name), 1):
            title, time_frame = text_of(outcome, "measure"), text_of(outcome, "timeFrame")
            if title is None:
                raise MalformedError(f"{word} outcome {n} has no measure")
            if (normalized(title), normalized(time_frame or "")) in with_results:
                continue
            outcomes.append(
                {
                    "statement": title,
                    "certainty": "verbatim",
                    "measure": title,
                    "type": type_.value,
                    "description": text_of(outcome, "description"),
                    "time_frame": time_frame,
                    "cite": {"clinicaltrials": [f"{nct_id}, registered {word} outcome {n}"]},
                }
            )
    return outcomes


def _units_analyzed(measure: Object) -> str | None:
    """What else than participants was analysed: eyes, say, of which each has two."""
    tables = [measure, *objects_of(measure, "classes")]
    named = [text_of(measure, "typeUnitsAnalyzed"), text_of(measure, "denomUnitsSelected")]
    named += [text_of(denom, "units") for table in tables for denom in objects_of(table, "denoms")]
    return next((name for name in named if name and normalized(name) != PARTICIPANTS), None)


def _results(measure: Object, groups: dict[str, str], units: str | None) -> Iterator[Object]:
    """A result for each number: of each row and category of the table, for each group."""
    in_outcome = _analyzed(measure, PARTICIPANTS)
    units_in_outcome = _analyzed(measure, units)
    dispersion = text_of(measure, "dispersionType")
    dispersion_type, ci_percent = _dispersion_of(dispersion)
    unknown = f"Dispersion type: {dispersion}" if dispersion and not dispersion_type else None
    is_count = (
        term_of(ParamType, measure, "paramType") == ParamType.COUNT_OF_PARTICIPANTS
        and units is None
    )
    for row in objects_of(measure, "classes"):
        participants_of = in_outcome | _analyzed(row, PARTICIPANTS)
        units_of = units_in_outcome | _analyzed(row, units)
        for category in objects_of(row, "categories"):
            for measurement in objects_of(category, "measurements"):
                group = text_of(measurement, "groupId") or ""
                if group not in groups:
                    raise MalformedError(
                        f"a measurement is of group '{group[:40]}', which is not there"
                    )
                participants, value = participants_of.get(group), measurement.get("value")
                result: Object = {
                    "arm": groups[group],
                    "class_title": text_of(row, "title"),
                    "category_title": text_of(category, "title"),
                    "dispersion_type": dispersion_type,
                    "ci_percent": ci_percent,
                    "comment": "\n".join(filter(None, (text_of(measurement, "comment"), unknown)))
                    or None,
                }
                put_number(result, "value", value)
                put_number(result, "spread", measurement.get("spread"))
                put_number(result, "lower_limit", measurement.get("lowerLimit"))
                put_number(result, "upper_limit", measurement.get("upperLimit"))
                put_number(result, "participants", participants, whole=True)
                put_number(result, "units_analyzed", units_of.get(group), whole=True)
                number, of = whole_number(value), whole_number(participants)
                if is_count and number is not None and (of is None or number <= of):
                    put_number(result, "count", value, whole=True)
                yield result


def _dispersion_of(published: str | None) -> tuple[str | None, float | None]:
    """What a dispersion is and, of a confidence interval, its level in percent."""
    if published is None:
        return None, None
    known = known_term(DispersionType, published)
    if level := next((level for level, type_ in CI_LEVELS.items() if type_ == known), None):
        return known, level
    if found := CI_LEVEL.search(published):
        level = float(found[1].replace("_", "."))
        return CI_LEVELS.get(level, DispersionType.CONFIDENCE_OTHER), level
    return known, None


def _analyzed(owner: Object, units: str | None) -> dict[str, Any]:
    """How many of these units were analysed in each group, as printed."""
    return {
        text_of(number, "groupId") or "": number.get("value")
        for denominator in objects_of(owner, "denoms")
        if units and normalized(text_of(denominator, "units") or "") == normalized(units)
        for number in objects_of(denominator, "counts")
    }


def _participants_in(owner: Object) -> dict[str, int | None]:
    """How many participants were analysed in each group."""
    return {id_: whole_number(number) for id_, number in _analyzed(owner, PARTICIPANTS).items()}


def _analysis(analysis: Object, groups: dict[str, str]) -> Object:
    missing = [id_ for id_ in texts_of(analysis, "groupIds") if id_ not in groups]
    if missing:
        raise MalformedError(f"an analysis is of group '{missing[0][:40]}', which is not there")
    fields: Object = {
        "param_type": text_of(analysis, "paramType"),
        "ci_num_sides": text_of(analysis, "ciNumSides"),
        "dispersion_type": text_of(analysis, "dispersionType"),
        "statistical_method": text_of(analysis, "statisticalMethod"),
        "hypothesis": text_of(analysis, "nonInferiorityType"),
        "arms": list(dict.fromkeys(groups[id_] for id_ in texts_of(analysis, "groupIds"))),
        "note": "\n".join(filter(None, (text_of(analysis, name) for name in NOTES))) or None,
    }
    for name, published in (
        ("param_value", "paramValue"),
        ("ci_percent", "ciPctValue"),
        ("ci_lower_limit", "ciLowerLimit"),
        ("ci_upper_limit", "ciUpperLimit"),
        ("dispersion_value", "dispersionValue"),
        ("p_value", "pValue"),
    ):
        put_number(fields, name, analysis.get(published), is_percent=name == "ci_percent")
    return fields
