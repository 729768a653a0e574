"""The adverse events of a trial as they are served: in its record by arm, and elsewhere by term.

A trial has hundreds of terms, so its record has how many participants had any event, and the link
to a document of its own that has them by term.
"""

from pydantic import Field

from app.models.adverse_event import AdverseEvent
from app.models.base import Row, Shape

ADVERSE_EVENTS = "adverse_events"
"""The kind of document that has the adverse events of a trial by term."""

TERMS = ("serious_events", "other_events")


class EventsByTerm(Shape):
    """The adverse events of a trial, by term."""

    serious_events: list[AdverseEvent] = Field(
        description="Serious events, by term, in the source's order. Not warnings: an event that "
        "was counted need not be of the drug.",
        examples=[[]],
    )
    other_events: list[AdverseEvent] = Field(
        description="Events that are not serious, of those above the threshold.", examples=[[]]
    )


EVENT_TOTALS = Field(
    description="The adverse events that were counted, as totals of each arm; `url` has them by "
    "term. They are no warnings: an event that was counted need not be of the drug. Null where the "
    "source gives none, which does not mean that there were none.",
    examples=[None],
)


def total_events(trial: Row, entry: Row) -> None:
    """Have a trial's record show its adverse events by arm, and say where they are by term."""
    events = trial["adverse_events"]
    if events is None:
        return
    totals = {name: value for name, value in events.items() if name not in TERMS}
    trial["adverse_events"] = totals | {
        "serious_terms": len(events["serious_events"]),
        "other_terms": len(events["other_events"]),
        "url": f"/v1/trials/{entry['id']}?include={ADVERSE_EVENTS}",
    }


def events_by_term(entry: Row) -> Row | None:
    """What an entry of a trial has by term; None where it has no adverse event."""
    events = entry.get("adverse_events") or {}
    return {name: events[name] for name in TERMS} if any(map(events.get, TERMS)) else None
