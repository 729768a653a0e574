"""The adverse events of a study at ClinicalTrials.gov: serious and other, by term and organ system,
and deaths, with how many were affected and at risk in each arm."""

from collections import Counter

from app.ingest.sources.study_fields import (
    MalformedError,
    Object,
    as_printed,
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


def adverse_events_of(results: Object, arms: Arms, left_out: Counter[str]) -> Object | None:
    """The adverse events as published; None where the study gives none.

    Those without a term are counted as left out.
    """
    module = object_of(results, "adverseEventsModule")
    if not module:
        return None
    groups = objects_of(module, "eventGroups")
    ids, _ = arms.join(ResultsModule.ADVERSE_EVENTS, groups)
    events: Object = {
        "time_frame": text_of(module, "timeFrame"),
        "description": _noted(
            text_of(module, "description"),
            *(
                _unlikely(group, f"{kind}NumAffected", f"{kind}NumAtRisk", f"{kind}, ")
                for group in groups
                for kind in (DEATHS, SERIOUS, OTHER)
            ),
        ),
        "all_cause_mortality_comment": text_of(module, "allCauseMortalityComment"),
        "totals": [
            {
                "arm": ids[text_of(group, "id") or ""],
                **{kind: _affected(group, kind) for kind in (DEATHS, SERIOUS, OTHER)},
            }
            for group in groups
        ],
        "serious_events": _events(objects_of(module, "seriousEvents"), ids, left_out),
        "other_events": _events(objects_of(module, "otherEvents"), ids, left_out),
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


def at_risk_in(groups: list[Object]) -> dict[str, int | None]:
    """How many were at risk of any event, by group."""
    return {
        text_of(group, "id") or "": max(
            (n for kind in (DEATHS, SERIOUS, OTHER) if (n := _affected(group, kind)["at_risk"])),
            default=None,
        )
        for group in groups
    }


def _noted(text: str | None, *notes: str | None) -> str | None:
    return "\n".join(filter(None, (text, *notes))) or None


def _unlikely(stats: Object, affected: str, at_risk: str, of: str = "") -> str | None:
    """What to say of numbers that cannot be read, or of more people affected than at risk."""
    group = text_of(stats, "groupId") or text_of(stats, "title") or ""
    printed = [stats.get(name) for name in (affected, at_risk, "numEvents")]
    few, many = whole_number(printed[0]), whole_number(printed[1])
    if few is not None and many is not None and few > many:
        return f"As printed ({of}{group}): {few} affected of {many} at risk"
    unread = "; ".join(filter(None, map(as_printed, printed)))
    return f"{of}{group}: {unread}" if unread else None


def _events(events: list[Object], ids: dict[str, str], left_out: Counter[str]) -> list[Object]:
    left_out["adverse events without a term"] += sum(not text_of(e, "term") for e in events)
    return [_event(event, ids) for event in events if text_of(event, "term")]


def _event(event: Object, ids: dict[str, str]) -> Object:
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
        "term": text_of(event, "term"),
        "organ_system": text_of(event, "organSystem"),
        "source_vocabulary": text_of(event, "sourceVocabulary"),
        "assessment": term_of(EventAssessment, event, "assessmentType"),
        "notes": _noted(
            text_of(event, "notes"),
            *(_unlikely(s, "numAffected", "numAtRisk") for s in objects_of(event, "stats")),
        ),
        "counts": counts,
    }
