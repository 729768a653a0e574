"""Adverse events of a trial, as they were counted: a count in a trial is no warning."""

from enum import StrEnum

from app.models.base import Shape, described
from app.models.numbers import MOST, Number


class EventAssessment(StrEnum):
    """ClinicalTrials.gov's `assessmentType`: whether participants were examined or asked for it."""

    SYSTEMATIC_ASSESSMENT = "SYSTEMATIC_ASSESSMENT"
    NON_SYSTEMATIC_ASSESSMENT = "NON_SYSTEMATIC_ASSESSMENT"


class Affected(Shape):
    """How many participants were affected, of how many at risk."""

    affected: int | None = described(
        "How many participants were affected; null where the source does not say.",
        3,
        ge=0,
        le=MOST,
        default=None,
    )
    at_risk: int | None = described(
        "Of how many; null where the source does not say.", 42, ge=0, le=MOST, default=None
    )


class EventTotals(Shape):
    """How many participants of an arm died, or had any adverse event."""

    arm: str = described("The id of the arm, or of one of the trial's `groups`.", "baclofen")
    deaths: Affected = described(
        "How many died, of whatever cause.", {"affected": 0, "at_risk": 42}
    )
    serious: Affected = described("How many had any serious event.", {"affected": 3, "at_risk": 42})
    other: Affected = described(
        "How many had any other event, of those above the threshold.",
        {"affected": 11, "at_risk": 42},
    )


class EventCounts(Affected):
    """How many participants of an arm had an adverse event."""

    arm: str = described("The id of the arm, or of one of the trial's `groups`.", "baclofen")
    events: int | None = described(
        "How many such events there were, of which a participant may have several; null where the "
        "source does not say.",
        4,
        ge=0,
        le=MOST,
        default=None,
    )


class AdverseEvent(Shape):
    """An adverse event by its term, with how many it affected in each arm."""

    term: str = described("The term, as the source has it.", "Somnolence")
    organ_system: str | None = described(
        "The organ system that the source puts it under.", "Nervous system disorders", default=None
    )
    source_vocabulary: str | None = described(
        "The vocabulary that the term is of, as the source names it.", "MedDRA 14.1", default=None
    )
    assessment: EventAssessment | None = described(
        "Whether participants were examined or asked for it, or told of it themselves.",
        "SYSTEMATIC_ASSESSMENT",
        default=None,
    )
    notes: str | None = described("What the source adds.", "Mostly in week 1", default=None)
    counts: list[EventCounts] = described(
        "How many it affected, by arm, in the source's order.",
        [{"affected": 3, "at_risk": 42, "arm": "baclofen", "events": 4}],
    )


class _Counted(Shape):
    time_frame: str | None = described("Over what time.", "12 weeks", default=None)
    frequency_threshold: Number | None = described(
        "In percent: events that are not serious are only listed if more than so many had them in "
        "some arm. Null where the source does not say.",
        5,
        default=None,
    )
    as_printed: dict[str, str] = described(
        "The threshold as the source prints it.",
        {"frequency_threshold": "5"},
        default_factory=dict,
    )
    description: str | None = described(
        "How they were collected, as the source has it.", "Asked at each visit", default=None
    )
    all_cause_mortality_comment: str | None = described(
        "What the source adds on deaths, such as why they were not counted.", None, default=None
    )
    totals: list[EventTotals] = described(
        "How many died or had any event, by arm, in the source's order.",
        [],
        default_factory=list,
    )


class AdverseEvents(_Counted):
    """The adverse events that were counted in a trial, by term."""

    serious_events: list[AdverseEvent] = described(
        "Serious events, by term.", [], default_factory=list
    )
    other_events: list[AdverseEvent] = described(
        "Other events above the threshold, by term.", [], default_factory=list
    )


class AdverseEventTotals(_Counted):
    """The adverse events that were counted in a trial, by arm; the link has them by term."""

    serious_terms: int = described("How many serious events there are, by term.", 18)
    other_terms: int = described("How many other events there are, by term.", 2)
    url: str = described(
        "What has them by term: this trial with its `serious_events` and `other_events`.",
        "/v1/trials/baclofen-nct00525252?include=adverse_events",
    )
