"""Adverse events are given as published: by term and organ system, for each arm."""

from typing import Any

import pytest

from app.ingest.sources.interface import InvalidRecord, Record
from tests.ingest.sources.test_clinicaltrials import Json, entry, read, study, trial_of

GROUPS: list[Json] = [
    {
        "id": "EG000",
        "title": "Baclofen",
        "deathsNumAffected": 1,
        "deathsNumAtRisk": 42,
        "seriousNumAffected": 2,
        "seriousNumAtRisk": 42,
        "otherNumAffected": 20,
        "otherNumAtRisk": 42,
    },
    {"id": "EG001", "title": "Placebo", "seriousNumAffected": 0, "seriousNumAtRisk": 41},
]


def event(term: str = "Somnolence", group: str = "EG000", **more: Any) -> Json:
    stats = {"groupId": group, "numEvents": 5, "numAffected": 3, "numAtRisk": 42}
    return {"term": term, "stats": [stats]} | more


def results(**module: Any) -> Json:
    return {"adverseEventsModule": {"eventGroups": GROUPS} | module}


def test_events_are_given_by_term_and_organ_system_for_each_arm() -> None:
    serious = event(
        organSystem="Nervous system disorders",
        sourceVocabulary="MedDRA 14.1",
        assessmentType="SYSTEMATIC_ASSESSMENT",
        notes="In week 1",
    )
    module = {
        "timeFrame": "12 weeks",
        "frequencyThreshold": "5",
        "description": "Asked at each visit",
        "allCauseMortalityComment": "Nobody else died",
        "seriousEvents": [serious],
        "otherEvents": [event("Rash", "EG001")],
    }

    found = entry(study(results=results(**module))).adverse_events.model_dump(mode="json")

    assert found == {
        "time_frame": "12 weeks",
        "frequency_threshold": 5.0,
        "as_printed": {"frequency_threshold": "5"},
        "description": "Asked at each visit",
        "all_cause_mortality_comment": "Nobody else died",
        "totals": [
            {
                "arm": "baclofen",
                "deaths": {"affected": 1, "at_risk": 42},
                "serious": {"affected": 2, "at_risk": 42},
                "other": {"affected": 20, "at_risk": 42},
            },
            {
                "arm": "placebo",
                "deaths": {"affected": None, "at_risk": None},
                "serious": {"affected": 0, "at_risk": 41},
                "other": {"affected": None, "at_risk": None},
            },
        ],
        "serious_events": [
            {
                "term": "Somnolence",
                "organ_system": "Nervous system disorders",
                "source_vocabulary": "MedDRA 14.1",
                "assessment": "SYSTEMATIC_ASSESSMENT",
                "notes": "In week 1",
                "counts": [{"affected": 3, "at_risk": 42, "arm": "baclofen", "events": 5}],
            }
        ],
        "other_events": [
            {
                "term": "Rash",
                "organ_system": None,
                "source_vocabulary": None,
                "assessment": None,
                "notes": None,
                "counts": [{"affected": 3, "at_risk": 42, "arm": "placebo", "events": 5}],
            }
        ],
    }


def test_a_study_without_adverse_events_says_nothing_of_them() -> None:
    assert trial_of(study())["adverse_events"] is None


def test_no_event_makes_a_fact_of_another_kind() -> None:
    [record] = read([study(results=results(seriousEvents=[event("Death")]))])

    assert [statement.kind for statement in record.statements] == ["trials"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("printed", "number"),
    [("5", 5.0), ("0", 0.0), ("2.5%", 2.5), ("5 %", 5.0), ("five", None), (5, 5.0)],
)
def test_a_threshold_is_a_number_beside_its_print(printed: Any, number: float | None) -> None:
    found = entry(study(results=results(frequencyThreshold=printed))).adverse_events

    assert found.frequency_threshold == number
    assert found.as_printed == {"frequency_threshold": str(printed)}


def test_an_event_of_a_group_that_is_not_there_sets_the_study_aside() -> None:
    [found] = read([study(results=results(otherEvents=[event(group="EG009")]))])

    assert isinstance(found, InvalidRecord)
    assert found.reason == "an adverse event is of group 'EG009', which is not there."


def test_an_event_without_a_term_is_left_out_and_counted() -> None:
    module = results(otherEvents=[event() | {"term": " "}, event("Rash")])

    [found] = read([study(results=module)])

    assert isinstance(found, Record)
    assert found.left_out["adverse events without a term"] == 1
    [events] = [statement.fields["adverse_events"] for statement in found.statements]
    assert [of["term"] for of in events["other_events"]] == ["Rash"]


@pytest.mark.parametrize(
    ("numbers", "notes"),
    [
        ({"numAffected": -1}, "EG000: As printed: -1"),
        ({"numAffected": 80, "numAtRisk": 50}, "As printed (EG000): 80 affected of 50 at risk"),
        ({"numEvents": "1,234"}, "EG000: As printed: 1,234"),
        ({}, None),
    ],
)
def test_numbers_that_cannot_be_are_noted_as_printed(numbers: Json, notes: str | None) -> None:
    made = event()
    made["stats"][0] |= numbers

    trial = trial_of(study(results=results(otherEvents=[made])))

    assert trial["adverse_events"]["other_events"][0]["notes"] == notes


def test_totals_that_cannot_be_are_noted_as_printed() -> None:
    group = GROUPS[0] | {"seriousNumAffected": 80}

    trial = trial_of(study(results=results(eventGroups=[group])))

    said = "As printed (serious, Baclofen): 80 affected of 42 at risk"
    assert trial["adverse_events"]["description"] == said
