"""The adverse events of a study at ClinicalTrials.gov: serious and other, by term and organ system,
and deaths, with how many were affected and at risk in each arm."""

from app.ingest.sources.study_fields import (
    MalformedError,
    Object,
    object_of,
    objects_of,
    put_number,
    term_of,
    text_of,
    whole_number,
)
from app.ingest.sources.trial_arms import Arms
from app.models.adverse_event import EventAssessment
from app.models.trial_arm import ResultsModule

DEATHS, SERIOUS, OTHER = "deaths", "serious", "other"


def adverse_events_of(results: Object, arms: Arms) -> Object | None:
    """The adverse events as published; None where the study gives none."""
    module = object_of(results, "adverseEventsModule")
    if not module:
        return None
    groups = objects_of(module, "eventGroups")
    ids, _ = arms.join(ResultsModule.ADVERSE_EVENTS, groups)
    events: Object = {
        "time_frame": text_of(module, "timeFrame"),
        "description": text_of(module, "description"),
        "all_cause_mortality_comment": text_of(module, "allCauseMortalityComment"),
        "totals": [
            {
                "arm": ids[text_of(group, "id") or ""],
                **{kind: _affected(group, kind) for kind in (DEATHS, SERIOUS, OTHER)},
            }
            for group in groups
        ],
        "serious_events": [_event(event, ids) for event in objects_of(module, "seriousEvents")],
        "other_events": [_event(event, ids) for event in objects_of(module, "otherEvents")],
    }
    threshold = module.get("frequencyThreshold")
    put_number(events, "frequency_threshold", threshold, is_percent=True)
    if "frequency_threshold" in events:
        events["as_printed"] = {"frequency_threshold": str(threshold)}
    return events


def _affected(group: Object, kind: str) -> Object:
    return {
        "affected": whole_number(group.get(f"{kind}NumAffected")),
        "at_risk": whole_number(group.get(f"{kind}NumAtRisk")),
    }


def _event(event: Object, ids: dict[str, str]) -> Object:
    name = text_of(event, "term")
    if name is None:
        raise MalformedError("an adverse event has no term")
    counts = []
    for stats in objects_of(event, "stats"):
        group = text_of(stats, "groupId") or ""
        if group not in ids:
            raise MalformedError(f"an adverse event is of group '{group[:40]}', which is not there")
        counts.append(
            {
                "arm": ids[group],
                "events": whole_number(stats.get("numEvents")),
                "affected": whole_number(stats.get("numAffected")),
                "at_risk": whole_number(stats.get("numAtRisk")),
            }
        )
    return {
        "term": name,
        "organ_system": text_of(event, "organSystem"),
        "source_vocabulary": text_of(event, "sourceVocabulary"),
        "assessment": term_of(EventAssessment, event, "assessmentType"),
        "notes": text_of(event, "notes"),
        "counts": counts,
    }
