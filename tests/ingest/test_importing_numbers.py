"""Numbers are served as they were printed, or as null beside the print, on both engines."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.ingest.seed.yaml_files import UnusableFilesError
from app.settings import Settings
from tests.conftest import Save, on_sqlite_alone, slow_on_postgres
from tests.ingest.loading import (
    Given,
    drugbank,
    faults_in,
    guide,
    interaction,
    ligand,
    load,
    study,
    vocabulary,
)
from tests.writing import CITE, drug, fact, writing

Json = dict[str, Any]

PRINTED = [
    *("-0.0", "-0", "0", "1e-400", "-1e-400", "3e-324", "1e400", "1E5", "1E-5", "5e-5"),
    *("0.1000000000000000055511151231257827", "9007199254740993", "12345678901234567890"),
    *("2147483648", "62.80", "0.30000000000000004", "1.7976931348623157e308"),
]
"""Numbers that JSON can print, of which some are more than a double or a column holds."""

AS_TEXT = [".5", "5.", "+3", "007", " 4 ", "1_000", "٣", "inf", "NaN", "0x10", "1,5"]
"""What stands for a number in a text alone."""


def studies_of(*prints: str) -> list[Given]:
    """A study for each print, which it has wherever a number may stand; numbers are as they are
    written, in JSON or in a text."""
    every = []
    for number, printed in enumerate(prints, 1):
        measurement = {
            "groupId": "OG000",
            **dict.fromkeys(("value", "spread", "lowerLimit", "upperLimit"), "PRINTED"),
        }
        analysis: Json = {"groupIds": ["OG000"]} | dict.fromkeys(
            ("paramValue", "ciPctValue", "ciLowerLimit", "ciUpperLimit", "dispersionValue"),
            "PRINTED",
        )
        analysis["pValue"] = "PRINTED"
        counts = [{"groupId": "OG000", "value": "PRINTED"}]
        measure = {
            "title": "Change",
            "paramType": "COUNT_OF_PARTICIPANTS",
            "groups": [{"id": "OG000", "title": "A"}],
            "denoms": [{"units": units, "counts": counts} for units in ("Participants", "Eyes")],
            "classes": [{"categories": [{"measurements": [measurement]}]}],
            "analyses": [analysis],
        }
        of_people = measure | {"denoms": [{"units": "Participants", "counts": counts}]}
        started = {
            "type": "STARTED",
            "achievements": [{"groupId": "FG000", "numSubjects": "PRINTED"}],
        }
        made = study(number, "Hustanol")
        made["protocolSection"]["armsInterventionsModule"]["armGroups"] = [{"label": "A"}]
        made["resultsSection"] = {
            "participantFlowModule": {
                "groups": [{"id": "FG000", "title": "A"}],
                "periods": [{"milestones": [started]}],
            },
            "outcomeMeasuresModule": {"outcomeMeasures": [measure, of_people]},
        }
        every.append(json.dumps(made, ensure_ascii=False).replace('"PRINTED"', printed))
    return [Given("studies.json", f"[{','.join(every)}]".encode(), "2024-01-06")]


@pytest.fixture
def known(database: Settings) -> Settings:
    """A database that knows the drug of all that is said here."""
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Hustanol")))
    return database


def items(client: httpx.Client, path: str) -> list[Json]:
    """What a list holds, as JSON that says no NaN."""
    answer = client.get(path, params={"limit": 100})
    found: list[Json] = json.loads(answer.text, parse_constant=pytest.fail)["items"]
    return found


def is_told(number: float | None, printed: str) -> bool:
    """Whether a number is what was printed, but for what comes after 15 digits of a fraction."""
    if number is None:
        return True
    told, exact = Decimal(repr(number)), Decimal(printed)
    is_whole = exact == exact.to_integral_value()
    return told == exact or (not is_whole and abs(told - exact) < abs(exact) / 10**15)


@slow_on_postgres
@pytest.mark.parametrize("quoted", [True, False], ids=["as text", "as numbers"])
def test_a_studys_numbers_are_served_as_printed_or_as_none(
    known: Settings, client: httpx.Client, quoted: bool
) -> None:
    prints = [*PRINTED, *AS_TEXT] if quoted else PRINTED
    written = [json.dumps(printed) for printed in prints] if quoted else prints

    load(known, "clinicaltrials", studies_of(*written))

    trials = items(client, "/v1/trials")
    assert len(trials) == len(prints)
    for trial in trials:
        printed = prints[int(trial["registry_ids"][0][3:]) - 1]
        shown = "0" if printed == "-0" and not quoted else printed
        for outcome in trial["outcomes"]:
            [result], [analysis] = outcome["results"], outcome["analyses"]
            assert set(result["as_printed"]) >= {"value", "participants", "spread"}
            assert set(analysis["as_printed"]) >= {"param_value", "p_value", "ci_percent"}
            for numbers in (result, analysis):
                assert set(numbers["as_printed"].values()) == {shown}
                for field in numbers["as_printed"]:
                    assert numbers[field] is None or is_told(numbers[field], printed), field
                    assert repr(numbers[field]) != "-0.0"
        assert is_told(trial["arms"][0]["participants"], printed)


AS_NUMBERS: dict[str, tuple[float | None, int | None]] = {
    "-0.0": (0.0, None),
    "1e-400": (None, None),
    "9007199254740993": (None, None),
    "0.1000000000000000055511151231257827": (0.1, None),
    "2147483648": (2147483648.0, None),
    "2147483647": (2147483647.0, 2147483647),
    "1E5": (100000.0, None),
    ".5": (0.5, None),
    "5.": (5.0, None),
    "+3": (3.0, None),
    "1_000": (None, None),
}
"""What is served of a print as a result's value, and as its count of participants."""


@slow_on_postgres
def test_what_a_double_or_a_count_cannot_be_is_none_beside_its_print(
    known: Settings, client: httpx.Client
) -> None:
    load(known, "clinicaltrials", studies_of(*map(json.dumps, AS_NUMBERS)))

    trials = items(client, "/v1/trials")

    results = [trial["outcomes"][0]["results"] for trial in trials]
    assert {
        result["as_printed"]["value"]: (result["value"], result["participants"])
        for [result] in results
    } == AS_NUMBERS
    for [result] in results:
        assert result["as_printed"]["participants"] == result["as_printed"]["value"]


@slow_on_postgres
def test_an_affinity_is_served_as_printed_or_its_row_is_set_aside(
    known: Settings, client: httpx.Client
) -> None:
    prints = [*PRINTED, ".5", "5.", "+3", "NaN"]
    rows = [
        interaction(
            7,
            f"Receptor {number}",
            "Agonist",
            affinity_units="pKi",
            affinity_median=printed,
            affinity_low=printed,
            affinity_high=printed,
            original_affinity_units="Ki",
            original_affinity_relation=">",
            original_affinity_median_nm=printed,
        )
        for number, printed in enumerate(prints)
    ]

    report = load(known, "gtopdb", guide([ligand(7, "hustanol")], rows), most_invalid=100)

    told = {
        int(mechanism["target"]["name"].split()[1]): mechanism["affinity"]
        for mechanism in items(client, "/v1/mechanisms")
    }
    set_aside = {printed for number, printed in enumerate(prints) if number not in told}
    for number, affinity in told.items():
        for field in ("value", "lower_limit", "upper_limit"):
            # The publisher keeps numbers in single precision.
            assert affinity[field] == pytest.approx(float(prints[number]), rel=1e-6)
            assert repr(affinity[field]) != "-0.0"
    assert set_aside == {
        *("1e-400", "-1e-400", "3e-324", "1e400", "1.7976931348623157e308", "NaN"),
    }
    assert len(report.quarantined) == len(set_aside)


NO_DOUBLES = [
    *("1e-400", "-1e-400", "3e-324", "1e400"),
    *("0.1000000000000000055511151231257827", "9007199254740993", "12345678901234567890"),
]


def of_the_seed(prints: list[str]) -> Json:
    """A drug's file with these as doses, affinities and levels: with no print beside them."""
    arm = {"id": "a", "label": "A", "doses": [{"value": printed} for printed in prints]}
    numbered = list(enumerate(prints))
    return drug(
        "hustanol",
        fact("trials", "first", arms=[arm]),
        *(fact("pharmacokinetics", f"n{n}", value=printed) for n, printed in numbered),
        *(
            fact("mechanisms", f"n{n}", affinity={"parameter": "Ki", "value": printed})
            for n, printed in numbered
        ),
    )


def test_a_number_of_the_seed_is_served_as_written(
    database: Settings, client: httpx.Client, save: Save
) -> None:
    prints = [printed for printed in [*PRINTED, ".5", "5.", "+3"] if printed not in NO_DOUBLES]

    save(of_the_seed(prints))

    with writing(database) as engine:
        assert faults_in(engine) == []
    [trial] = items(client, "/v1/trials")
    levels, mechanisms = items(client, "/v1/pharmacokinetics"), items(client, "/v1/mechanisms")
    served = [
        [dose["value"] for dose in trial["arms"][0]["doses"]],
        [level["value"] for level in levels],
        [mechanism["affinity"]["value"] for mechanism in mechanisms],
    ]
    for numbers in served:
        assert sorted(map(str, numbers)) == sorted(str(float(printed) or 0.0) for printed in prints)


@pytest.mark.parametrize("written", NO_DOUBLES)
@on_sqlite_alone
def test_a_number_of_the_seed_that_json_cannot_carry_is_an_error(save: Save, written: str) -> None:
    with pytest.raises(UnusableFilesError) as refused:
        save(of_the_seed([written]))

    assert {problem.field for problem in refused.value.problems} == {
        "trials[0].arms[0].doses[0].value",
        "mechanisms[0].affinity.value",
        "pharmacokinetics[0].value",
    }
    assert all(
        problem.expected
        == f"expected a number that JSON can carry to its last digit, found '{written}'."
        for problem in refused.value.problems
    )


@slow_on_postgres
def test_a_result_of_the_seed_has_its_print(
    database: Settings, client: httpx.Client, save: Save
) -> None:
    printed = ["-0.0", "0.1000000000000000055511151231257827", "62.80", "1E5"]
    outcome = {
        "measure": "Change",
        "statement": "It changed.",
        "certainty": "stated",
        "cite": CITE,
        "results": [{"arm": "a", "value": text} for text in printed],
    }
    arms = [{"id": "a", "label": "A"}]

    save(drug("hustanol", fact("trials", "first", arms=arms, outcomes=[outcome])))

    with writing(database) as engine:
        assert faults_in(engine) == []
    results = items(client, "/v1/trials")[0]["outcomes"][0]["results"]
    assert [repr(result["value"]) for result in results] == ["0.0", "0.1", "62.8", "100000.0"]
    assert [result["as_printed"]["value"] for result in results] == printed
