"""Trials are served with their arms joined; adverse events by term where they are asked for."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.settings import Settings
from tests.conftest import Holding, Save
from tests.ingest.loading import (
    Given,
    Json,
    drugbank,
    faults_in,
    load,
    served_in,
    studies,
    study,
    vocabulary,
)
from tests.writing import drug, fact, writing

TERMS = 400


def counts(name: str, prefix: str, *numbers: int) -> list[Json]:
    return [{"groupId": f"{prefix}{n:03}", name: str(number)} for n, number in enumerate(numbers)]


def groups(prefix: str, **more: Any) -> list[Json]:
    titles = ("Palbociclib + Endocrine Therapy", "Endocrine Therapy Alone")
    return [{"id": f"{prefix}{n:03}", "title": title} | more for n, title in enumerate(titles)]


def event(number: int) -> Json:
    stats = [
        {"groupId": f"EG{n:03}", "numEvents": 4, "numAffected": 3, "numAtRisk": 2800 + n}
        for n in range(2)
    ]
    return {"term": f"Event {number}", "organSystem": "Cardiac disorders", "stats": stats}


def adjuvant(**modules: Any) -> Json:
    """A study of two arms that its results call otherwise, with hundreds of adverse events."""
    arms = [
        {"label": "Arm A: palbociclib plus endocrine therapy", "type": "EXPERIMENTAL"},
        {"label": "Arm B: endocrine therapy", "type": "ACTIVE_COMPARATOR"},
    ]
    given = {
        "armGroups": arms,
        "interventions": [{"type": "DRUG", "name": "Palbociclib"}],
    }
    made = study(2513394, "Palbociclib", armsInterventionsModule=given, **modules)
    started = {"type": "STARTED", "achievements": counts("numSubjects", "FG", 2896, 2900)}
    died = counts("value", "OG", 170, 180)
    measure = {
        "title": "Deaths",
        "type": "PRIMARY",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "groups": groups("OG"),
        "denoms": [{"units": "Participants", "counts": counts("value", "OG", 2896, 2900)}],
        "classes": [{"categories": [{"measurements": died}]}],
    }
    made["resultsSection"] = {
        "participantFlowModule": {"groups": groups("FG"), "periods": [{"milestones": [started]}]},
        "outcomeMeasuresModule": {"outcomeMeasures": [measure]},
        "adverseEventsModule": {
            "timeFrame": "5 years",
            "frequencyThreshold": "5",
            "eventGroups": groups("EG", seriousNumAffected=350, seriousNumAtRisk=2840),
            "seriousEvents": [event(n) for n in range(TERMS)],
            "otherEvents": [event(n) for n in range(2)],
        },
    }
    return made


@pytest.fixture(scope="module")
def trials(holding: Holding) -> Iterator[httpx.Client]:
    files = {
        "drugbank-vocabulary": vocabulary(drugbank(1, "Palbociclib")),
        "clinicaltrials": studies(adjuvant()),
    }
    with holding(files=files) as client:
        yield client


def get(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


TRIAL = "/v1/trials/nct02513394-palbociclib"


def test_who_got_what_and_how_many_is_told_once(trials: httpx.Client) -> None:
    trial = get(trials, TRIAL)

    assert [arm["participants"] for arm in trial["arms"]] == [2896, 2900]
    assert trial["groups"] == []
    [outcome] = trial["outcomes"]
    derived = outcome["derived"]
    assert derived["computed_from"]["experimental"]["count"] == 170
    assert derived["risk_difference"] == pytest.approx(170 / 2896 - 180 / 2900, rel=1e-5)
    assert derived["risk_difference_ci"]["lower"] < 0 < derived["risk_difference_ci"]["upper"]


def test_a_record_has_its_adverse_events_by_arm_and_the_link_by_term(trials: httpx.Client) -> None:
    trial = get(trials, TRIAL)

    events = trial["adverse_events"]
    assert (events["serious_terms"], events["other_terms"]) == (TERMS, 2)
    assert [total["serious"]["affected"] for total in events["totals"]] == [350, 350]
    assert "serious_events" not in trial
    by_term = get(trials, events["url"])
    assert by_term.pop("other_events")[0]["term"] == "Event 0"
    serious = by_term.pop("serious_events")
    assert [event["term"] for event in serious] == [f"Event {n}" for n in range(TERMS)]
    assert [count["arm"] for count in serious[0]["counts"]] == [a["id"] for a in trial["arms"]]
    assert by_term == trial


def test_no_list_and_no_drugs_record_carries_adverse_events_by_term(trials: httpx.Client) -> None:
    for path in ("/v1/trials", "/v1/drugs/palbociclib/trials", "/v1/drugs/palbociclib?include=all"):
        answer = trials.get(path)
        assert answer.status_code == 200
        assert "Event 1" not in answer.text
        assert len(answer.content) < 20_000
    drug = get(trials, "/v1/drugs/palbociclib")
    assert drug["counts"]["warnings"] == 0


def test_adverse_events_are_there_beside_the_fields_that_are_asked_for(
    trials: httpx.Client,
) -> None:
    found = get(trials, f"{TRIAL}?fields=title&include=adverse_events")

    assert set(found) >= {"title", "serious_events", "other_events"}
    assert "arms" not in found


def test_a_trial_without_adverse_events_has_empty_lists_where_they_are_asked_for(
    seeded: httpx.Client,
) -> None:
    path = "/v1/trials/baclofen-trial-alcohol-cirrhosis-paper?include=adverse_events"
    trial = get(seeded, path)

    assert (trial["adverse_events"], trial["serious_events"], trial["other_events"]) == (
        None,
        [],
        [],
    )


@pytest.mark.slow
def test_adverse_events_go_with_the_study_that_counted_them(database: Settings) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Palbociclib")))
    load(database, "clinicaltrials", studies(adjuvant()))
    assert ("adverse_events", "nct02513394-palbociclib") in served_in(database)
    later = adjuvant(statusModule={"lastUpdatePostDateStruct": {"date": "2025-01-01"}})
    del later["resultsSection"]["adverseEventsModule"]

    load(database, "clinicaltrials", [Given("later.json", json.dumps([later]).encode())])

    assert not [kind for kind, _ in served_in(database) if kind == "adverse_events"]
    with writing(database) as engine:
        assert faults_in(engine) == []


def test_a_study_is_found_by_its_numbers_in_any_case(client: httpx.Client, save: Save) -> None:
    save(drug("a", fact("trials", "t1", registry_ids=["NCT1"], study="nct00000001")))

    for given in (
        {"registry_id": "nct1"},
        {"registry_id": "NCT1"},
        {"study": "nct00000001"},
        {"study": "NCT00000001"},
    ):
        for path in ("/v1/trials", "/v1/drugs/a/trials"):
            assert client.get(path, params=given).json()["total"] == 1
    assert client.get("/v1/trials?study=nct2").json()["total"] == 0
