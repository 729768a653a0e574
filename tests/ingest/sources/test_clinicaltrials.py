"""Studies of ClinicalTrials.gov's API v2, as trials of the drugs that they name."""

import io
import json
from dataclasses import dataclass
from typing import Any, BinaryIO

import pytest

from app.ingest.seed.entries import entry_of, fact_entry_of
from app.ingest.sources.clinicaltrials import ClinicalTrials
from app.ingest.sources.interface import (
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    WrongFileError,
)
from app.models.condition import Condition
from app.models.trial import Trial

Json = dict[str, Any]


@dataclass
class File:
    """A file as a test writes it."""

    content: Any
    name: str = "studies.json"
    date: str | None = None

    def path(self) -> None:
        return None

    def open(self) -> BinaryIO:
        written = self.content if isinstance(self.content, bytes) else json.dumps(self.content)
        return io.BytesIO(written if isinstance(written, bytes) else written.encode())


def study(*, results: Json | None = None, **modules: Json) -> Json:
    """A study with the least that a trial of a drug needs, and the modules that a test is about."""
    made: Json = {
        "protocolSection": {
            "identificationModule": {
                "nctId": "NCT00525252",
                "briefTitle": "Baclofen in Alcoholics",
                "officialTitle": "Effectiveness of Baclofen in Alcoholics With Liver Cirrhosis",
            },
            "statusModule": {"lastUpdatePostDateStruct": {"date": "2010-06-30"}},
            "armsInterventionsModule": {
                "armGroups": [
                    {"label": "Baclofen", "type": "EXPERIMENTAL", "description": "Three a day"},
                    {"label": "Placebo", "type": "PLACEBO_COMPARATOR"},
                ],
                "interventions": [{"type": "DRUG", "name": "Baclofen"}],
            },
        }
        | modules
    }
    return made | ({"resultsSection": results} if results else {})


def measured(outcome: Json, **more: Json) -> Json:
    """Results of one outcome, in two groups that are the study's arms."""
    groups = [{"id": "OG000", "title": "Baclofen"}, {"id": "OG001", "title": "PLACEBO"}]
    every = {"title": "Abstinence", "timeFrame": "12 weeks", "type": "PRIMARY", "groups": groups}
    return {"outcomeMeasuresModule": {"outcomeMeasures": [every | outcome]}} | more


def rows(*measurements: Json) -> list[Json]:
    return [{"categories": [{"measurements": list(measurements)}]}]


def read(*contents: Any) -> list[Record | InvalidRecord | SkippedRecord]:
    return list(ClinicalTrials().read([File(content) for content in contents], SourceVersion()))


def record_of(made: Json) -> Record:
    """The one record that a file with this study holds."""
    [record] = read([made])
    assert isinstance(record, Record), record
    return record


def trial_of(made: Json) -> Json:
    """The fields of the trial, which its entry has to accept."""
    [statement] = record_of(made).statements
    written = statement.fields | {"key": statement.key, "cite": {"clinicaltrials": ["NCT00525252"]}}
    fact_entry_of(Trial).model_validate(written)
    return statement.fields


def entry(made: Json) -> Any:
    """The trial as its entry reads it."""
    return fact_entry_of(Trial).model_validate(
        trial_of(made) | {"key": "nct00525252", "cite": {"clinicaltrials": ["NCT00525252"]}}
    )


def result_of(measurement: Json, **outcome: Any) -> Any:
    """The one result of an outcome, as the entry reads it."""
    classes = rows({"groupId": "OG000"} | measurement)
    [found] = entry(study(results=measured({"classes": classes} | outcome))).outcomes[0].results
    return found


def test_a_study_is_one_trial_of_each_drug_that_it_names() -> None:
    interventions = {
        "interventions": [
            {"type": "DRUG", "name": "Baclofen", "otherNames": ["Lioresal"]},
            {"type": "BEHAVIORAL", "name": "Counselling"},
            {"type": "BIOLOGICAL", "name": "Vaccine"},
            {"type": "DRUG", "name": "baclofen"},
        ]
    }

    record = record_of(study(armsInterventionsModule=interventions))

    names = [substance.names for substance in record.substances]
    assert names == [("Baclofen", "Lioresal"), ("Vaccine",)]
    assert record.left_out == {"interventions that are no drugs: behavioural interventions": 1}
    assert not any(substance.identifiers for substance in record.substances)
    assert (record.id, record.locator, record.version) == (
        "NCT00525252",
        "NCT00525252",
        "2010-06-30",
    )
    assert [(s.kind, s.key, s.locator) for s in record.statements] == [
        ("trials", "nct00525252", "")
    ]
    assert record.kinds == ("trials",)


def test_a_trial_has_its_design_in_the_registrys_own_terms() -> None:
    made = study(
        statusModule={
            "overallStatus": "TERMINATED",
            "whyStopped": "Slow recruitment ",
            "startDateStruct": {"date": "2003-02"},
            "completionDateStruct": {"date": "2006-11-30", "type": "ACTUAL"},
            "studyFirstPostDateStruct": {"date": "2007-09-05", "type": "ESTIMATED"},
        },
        designModule={
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "designInfo": {
                "allocation": "RANDOMIZED",
                "interventionModel": "PARALLEL",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {"masking": "QUADRUPLE"},
            },
            "enrollmentInfo": {"count": 86, "type": "ACTUAL"},
        },
        contactsLocationsModule={
            "locations": [
                {"facility": "A", "city": "Rome", "country": "Italy"},
                {"facility": "B", "city": "Rome", "country": "Italy"},
                {"country": "France"},
            ]
        },
    )

    trial = trial_of(made)

    assert {name: value for name, value in trial.items() if name not in ("arms", "outcomes")} == {
        "statement": "Effectiveness of Baclofen in Alcoholics With Liver Cirrhosis",
        "certainty": "verbatim",
        "study": "nct00525252",
        "title": "Baclofen in Alcoholics",
        "registry_ids": ["NCT00525252"],
        "conditions": [],
        "status": "TERMINATED",
        "study_type": "INTERVENTIONAL",
        "why_stopped": "Slow recruitment ",
        "phases": ["PHASE1", "PHASE2"],
        "allocation": "RANDOMIZED",
        "intervention_model": "PARALLEL",
        "observational_model": None,
        "time_perspective": None,
        "masking": "QUADRUPLE",
        "primary_purpose": "TREATMENT",
        "enrollment": {"count": 86, "type": "ACTUAL"},
        "start_date": "2003-02",
        "start_date_type": None,
        "completion_date": "2006-11-30",
        "completion_date_type": "ACTUAL",
        "first_posted": "2007-09-05",
        "first_posted_type": "ESTIMATED",
        "locations": ["Rome, Italy", "France"],
        "groups": [],
        "baseline": [],
        "adverse_events": None,
        "type_units_assigned": None,
        "cluster_randomized": False,
        "crossover": False,
        "limitations": [],
    }


@pytest.mark.parametrize(
    ("published", "type_"),
    [
        ({"date": "2030-05", "type": "ESTIMATED"}, "ESTIMATED"),
        ({"date": "2030-05", "type": "Anticipated"}, "ESTIMATED"),
        ({"date": "2030-05", "type": "ACTUAL"}, "ACTUAL"),
        ({"date": "2030-05", "type": "GUESSED"}, None),
        ({"date": "2030-05"}, None),
    ],
)
def test_a_date_says_whether_it_was_only_expected(published: Json, type_: str | None) -> None:
    made = study(
        statusModule={"startDateStruct": published, "completionDateStruct": {"type": "ESTIMATED"}}
    )

    trial = entry(made)

    assert (trial.start_date, trial.start_date_type) == ("2030-05", type_)
    assert (trial.completion_date, trial.completion_date_type) == (None, None)


@pytest.mark.parametrize(
    ("design", "study_type", "model", "perspective"),
    [
        (
            {
                "studyType": "OBSERVATIONAL",
                "designInfo": {
                    "observationalModel": "CASE_CROSSOVER",
                    "timePerspective": "CROSS_SECTIONAL",
                },
            },
            "OBSERVATIONAL",
            "CASE_CROSSOVER",
            "CROSS_SECTIONAL",
        ),
        (
            {
                "studyType": "Observational [Patient Registry]",
                "designInfo": {
                    "observationalModel": "Ecologic or Community",
                    "timePerspective": "Prospective",
                },
            },
            "OBSERVATIONAL",
            "ECOLOGIC_OR_COMMUNITY",
            "PROSPECTIVE",
        ),
        ({"studyType": "EXPANDED_ACCESS"}, "EXPANDED_ACCESS", None, None),
        ({"studyType": "SOMETHING"}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_a_study_is_of_the_type_that_the_registry_gives(
    design: Json, study_type: str | None, model: str | None, perspective: str | None
) -> None:
    trial = entry(study(designModule=design))

    assert (trial.study_type, trial.observational_model, trial.time_perspective) == (
        study_type,
        model,
        perspective,
    )


def test_a_study_with_little_makes_a_trial_with_little() -> None:
    made = study(armsInterventionsModule={"interventions": [{"type": "DRUG", "name": "x"}]})

    trial = trial_of(made)

    assert (trial["arms"], trial["outcomes"], trial["phases"]) == ([], [], [])
    assert (trial["enrollment"], trial["status"], trial["start_date"]) == (None, None, None)


@pytest.mark.parametrize("count", [84, "84", 84.0])
def test_a_whole_number_of_participants_is_read_however_it_is_printed(count: Any) -> None:
    trial = entry(study(designModule={"enrollmentInfo": {"count": count}}))

    assert trial.enrollment.count == 84


def test_registry_numbers_are_those_of_registries_alone() -> None:
    identification = {
        "nctId": "NCT00525252",
        "briefTitle": "A trial",
        "nctIdAliases": ["NCT00000001"],
        "secondaryIdInfos": [
            {"id": "2012-002370-30", "type": "EUDRACT_NUMBER"},
            {"id": "U01AR045444", "type": "NIH"},
            {"id": "107/06"},
            {"id": "2022-501884-41-00", "type": "CTIS"},
            {"id": "jRCT2031230046", "type": "REGISTRY"},
        ],
    }

    trial = trial_of(study(identificationModule=identification))

    assert trial["registry_ids"] == [
        "NCT00525252",
        "NCT00000001",
        "2012-002370-30",
        "2022-501884-41-00",
        "jRCT2031230046",
    ]
    assert trial["statement"] == "A trial"


def test_a_condition_has_the_mesh_code_of_its_very_name_and_no_other() -> None:
    made = study(
        conditionsModule={"conditions": ["alcohol  dependence", "Liver Cirrhosis, Alcoholic"]}
    )
    made["derivedSection"] = {
        "conditionBrowseModule": {
            "meshes": [
                {"id": "D000437", "term": "Alcohol Dependence"},
                {"id": "D008103", "term": "Liver Cirrhosis"},
            ]
        }
    }

    record = record_of(made)

    assert record.statements[0].fields["conditions"] == list(record.conditions)
    assert record.conditions == {
        "alcohol-dependence": {
            "id": "alcohol-dependence",
            "name": "Alcohol Dependence",
            "codes": [{"system": "mesh", "code": "D000437"}],
        },
        "liver-cirrhosis-alcoholic": {
            "id": "liver-cirrhosis-alcoholic",
            "name": "Liver Cirrhosis, Alcoholic",
            "codes": [],
        },
    }
    entry_of(Condition).model_validate(record.conditions["alcohol-dependence"])


@pytest.mark.parametrize(
    ("printed", "codes"),
    [
        ("D000437", ["D000437"]),
        ("D000000437", ["D000437"]),
        ("C538231", ["C538231"]),
        ("D00437", []),
        ("Alcoholism", []),
    ],
)
def test_a_code_is_as_mesh_writes_it_and_one_that_is_none_loses_no_study(
    printed: str, codes: list[str]
) -> None:
    made = study(conditionsModule={"conditions": ["alcoholism"]})
    meshes = [{"id": printed, "term": "Alcoholism"}]
    made["derivedSection"] = {"conditionBrowseModule": {"meshes": meshes}}

    [condition] = record_of(made).conditions.values()

    assert [code["code"] for code in condition["codes"]] == codes
    assert condition["name"] == ("Alcoholism" if codes else "alcoholism")


def test_a_condition_that_a_study_names_twice_has_its_code() -> None:
    made = study(conditionsModule={"conditions": ["Covid 19", "COVID-19", "covid-19"]})
    meshes = [{"id": "D000086382", "term": "COVID-19"}]
    made["derivedSection"] = {"conditionBrowseModule": {"meshes": meshes}}

    record = record_of(made)

    codes = [{"system": "mesh", "code": "D000086382"}]
    assert record.conditions == {"covid-19": {"id": "covid-19", "name": "COVID-19", "codes": codes}}


def test_arms_of_one_label_are_distinguished_within_the_trial() -> None:
    arms = {
        "armGroups": [
            {"label": "Arm A", "type": "OTHER", "interventionNames": ["Drug: Baclofen"]},
            {"label": "arm a"},
        ],
        "interventions": [{"type": "DRUG", "name": "Baclofen"}],
    }

    trial = trial_of(study(armsInterventionsModule=arms))

    assert [(arm["id"], arm["label"], arm["type"]) for arm in trial["arms"]] == [
        ("arm-a", "Arm A", "OTHER"),
        ("arm-a-2", "arm a", None),
    ]
    assert trial["arms"][0]["interventions"] == ["Drug: Baclofen"]


def test_how_many_were_in_an_arm_is_how_many_started_in_the_group_of_its_name() -> None:
    flow = {
        "groups": [{"id": "FG0", "title": "Baclofen"}, {"id": "FG1", "title": "Another"}],
        "periods": [
            {
                "milestones": [
                    {"type": "STARTED", "achievements": [{"groupId": "FG0", "numSubjects": "42"}]},
                    {
                        "type": "COMPLETED",
                        "achievements": [{"groupId": "FG0", "numSubjects": "36"}],
                    },
                ]
            },
            {
                "milestones": [
                    {"type": "STARTED", "achievements": [{"groupId": "FG0", "numSubjects": "30"}]}
                ]
            },
        ],
    }

    trial = trial_of(study(results={"participantFlowModule": flow}))

    assert [arm["participants"] for arm in trial["arms"]] == [42, None]


def test_a_result_is_given_for_the_arm_that_its_group_is() -> None:
    outcome = {
        "description": "No drink at all",
        "populationDescription": "Intention to treat",
        "unitOfMeasure": "Participants",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "denoms": [
            {
                "units": "Participants",
                "counts": [
                    {"groupId": "OG000", "value": "42"},
                    {"groupId": "OG001", "value": "42"},
                ],
            },
        ],
        "classes": rows({"groupId": "OG000", "value": "30"}, {"groupId": "OG001", "value": "12"}),
    }

    [found] = trial_of(study(results=measured(outcome)))["outcomes"]

    assert {name: value for name, value in found.items() if name != "results"} == {
        "statement": "Abstinence",
        "certainty": "verbatim",
        "measure": "Abstinence",
        "type": "PRIMARY",
        "description": "No drink at all",
        "time_frame": "12 weeks",
        "unit": "Participants",
        "param_type": "COUNT_OF_PARTICIPANTS",
        "population_description": "Intention to treat",
        "type_units_analyzed": None,
        "analyzed": [
            {"arm": "baclofen", "participants": 42},
            {"arm": "placebo", "participants": 42},
        ],
        "group_descriptions": [],
        "analyses": [],
        "cite": {"clinicaltrials": ["NCT00525252, outcome measure 1"]},
    }
    assert [(r["arm"], r["count"], r["participants"], r["value"]) for r in found["results"]] == [
        ("baclofen", "30", "42", "30"),
        ("placebo", "12", "42", "12"),
    ]


def denominators(**numbers: str) -> list[Json]:
    """How many of these units there were in the first group."""
    return [
        {"units": units, "counts": [{"groupId": "OG000", "value": number}]}
        for units, number in numbers.items()
    ]


@pytest.mark.parametrize(
    ("measure", "units", "number", "participants"),
    [
        (
            {"typeUnitsAnalyzed": "Eyes", "denoms": denominators(Participants="42", eyes="40")},
            "Eyes",
            40,
            42,
        ),
        ({"denoms": denominators(Eyes="40")}, "Eyes", 40, None),
        ({"denoms": denominators(Participants="42", Eyes="40")}, "Eyes", 40, 42),
        (
            {
                "denomUnitsSelected": "Eyes",
                "denoms": denominators(Participants="42", Teeth="900", Eyes="40"),
            },
            "Eyes",
            40,
            42,
        ),
        (
            {"typeUnitsAnalyzed": "Eyes", "denoms": denominators(Participants="42")},
            "Eyes",
            None,
            42,
        ),
        (
            {
                "typeUnitsAnalyzed": "participants",
                "denomUnitsSelected": "Participants",
                "denoms": denominators(Participants="42"),
            },
            None,
            None,
            42,
        ),
    ],
)
@pytest.mark.parametrize("param_type", ["COUNT_OF_UNITS", "COUNT_OF_PARTICIPANTS"])
def test_what_was_analysed_is_given_and_other_units_are_no_participants(
    param_type: str, measure: Json, units: str | None, number: int | None, participants: int | None
) -> None:
    classes = rows({"groupId": "OG000", "value": "12"})
    outcome = measure | {"paramType": param_type, "classes": classes}

    [found] = entry(study(results=measured(outcome))).outcomes

    [result] = found.results
    assert found.type_units_analyzed == units
    assert (result.value, result.units_analyzed, result.participants) == (12, number, participants)
    is_of_people = units is None and param_type == "COUNT_OF_PARTICIPANTS"
    assert result.count == (12 if is_of_people else None)


def test_each_row_of_a_table_has_its_own_number_of_units() -> None:
    in_row = {
        "denoms": denominators(Participants="40", Eyes="77"),
        "categories": [{"measurements": [{"groupId": "OG000", "value": "9"}]}],
    }
    outcome = {
        "typeUnitsAnalyzed": "Eyes",
        "denoms": denominators(Participants="42", Eyes="84"),
        "classes": [in_row, *rows({"groupId": "OG000", "value": "8"})],
    }

    [found] = entry(study(results=measured(outcome))).outcomes

    assert [(r.value, r.units_analyzed, r.participants) for r in found.results] == [
        (9, 77, 40),
        (8, 84, 42),
    ]


def test_a_group_that_is_no_arm_is_given_once_beside_the_arms() -> None:
    groups = [{"id": "OG000", "title": "All participants", "description": "Both arms"}]
    outcomes = [
        {
            "title": title,
            "groups": groups,
            "classes": rows({"groupId": "OG000", "value": "1"}),
        }
        for title in ("One", "Two")
    ]
    results = {"outcomeMeasuresModule": {"outcomeMeasures": outcomes}}

    trial = trial_of(study(results=results))

    assert [arm["id"] for arm in trial["arms"]] == ["baclofen", "placebo"]
    [group] = trial["groups"]
    assert (group["id"], group["label"], group["description"], group["unmatched_reason"]) == (
        "all-participants",
        "All participants",
        "Both arms",
        "several_arms",
    )
    assert [r["arm"] for o in trial["outcomes"] for r in o["results"]] == ["all-participants"] * 2


def test_two_groups_of_one_title_are_never_one_arm() -> None:
    groups = [
        {"id": "OG000", "title": "Baclofen", "description": "Day 1"},
        {"id": "OG001", "title": "Baclofen", "description": "Day 2"},
    ]
    classes = rows({"groupId": "OG000", "value": "1"}, {"groupId": "OG001", "value": "2"})

    trial = trial_of(study(results=measured({"groups": groups, "classes": classes})))

    assert [arm["id"] for arm in trial["arms"]] == ["baclofen", "placebo"]
    assert [(g["id"], g["label"], g["description"]) for g in trial["groups"]] == [
        ("baclofen-2", "Baclofen", "Day 1"),
        ("baclofen-3", "Baclofen", "Day 2"),
    ]
    assert [r["arm"] for r in trial["outcomes"][0]["results"]] == ["baclofen-2", "baclofen-3"]
    assert trial["outcomes"][0]["group_descriptions"] == []


def test_groups_of_a_study_without_arms_are_no_arms() -> None:
    cohort = {"interventions": [{"type": "DRUG", "name": "Baclofen"}]}
    analysis = {"groupIds": ["OG000", "OG001"]}
    outcome = {"classes": rows({"groupId": "OG001", "value": "1"}), "analyses": [analysis]}

    trial = trial_of(study(results=measured(outcome), armsInterventionsModule=cohort))

    assert trial["arms"] == []
    assert [group["id"] for group in trial["groups"]] == ["baclofen", "placebo"]
    assert [r["arm"] for r in trial["outcomes"][0]["results"]] == ["placebo"]
    assert trial["outcomes"][0]["analyses"][0]["arms"] == ["baclofen", "placebo"]


def test_what_an_outcome_says_of_an_arm_is_given_where_the_arm_does_not_say_it() -> None:
    groups = [
        {"id": "OG001", "title": "Placebo", "description": "Of whom a breath test was taken"},
        {"id": "OG000", "title": "Baclofen", "description": "three  a day"},
        {"id": "OG002", "title": "Everybody", "description": "Both arms"},
    ]

    trial = trial_of(study(results=measured({"groups": groups})))

    assert trial["outcomes"][0]["group_descriptions"] == [
        {"arm": "placebo", "description": "Of whom a breath test was taken"}
    ]
    assert [group["id"] for group in trial["groups"]] == ["everybody"]
    assert [arm["description"] for arm in trial["arms"]] == ["Three a day", None]


def test_each_outcome_says_of_an_arm_what_it_says_itself() -> None:
    outcomes = [
        {
            "title": f"Outcome {number}",
            "groups": [{"id": "OG000", "title": "Baclofen", "description": f"Day {number}"}],
        }
        for number in (1, 2)
    ]
    results = {"outcomeMeasuresModule": {"outcomeMeasures": outcomes}}

    trial = trial_of(study(results=results))

    assert [outcome["group_descriptions"] for outcome in trial["outcomes"]] == [
        [{"arm": "baclofen", "description": "Day 1"}],
        [{"arm": "baclofen", "description": "Day 2"}],
    ]
    assert trial["groups"] == []


def test_each_row_and_category_of_a_table_has_its_own_results_and_denominator() -> None:
    classes = [
        {
            "title": "Week 12",
            "denoms": [{"units": "Participants", "counts": [{"groupId": "OG000", "value": "40"}]}],
            "categories": [
                {"title": "Improved", "measurements": [{"groupId": "OG000", "value": "9"}]},
                {"title": " ", "measurements": [{"groupId": "OG000", "value": "31"}]},
            ],
        }
    ]
    denoms = [{"units": "Participants", "counts": [{"groupId": "OG000", "value": "42"}]}]

    trial = trial_of(study(results=measured({"classes": classes, "denoms": denoms})))

    assert [
        (r["class_title"], r["category_title"], r["value"], r["participants"])
        for r in trial["outcomes"][0]["results"]
    ] == [("Week 12", "Improved", "9", "40"), ("Week 12", None, "31", "40")]


@pytest.mark.parametrize(
    ("value", "count"), [("30", 30), ("30.5", None), ("43", None), ("NA", None)]
)
def test_a_count_is_a_whole_number_of_those_who_took_part(value: str, count: int | None) -> None:
    denoms = [{"units": "Participants", "counts": [{"groupId": "OG000", "value": "42"}]}]

    result = result_of({"value": value}, paramType="COUNT_OF_PARTICIPANTS", denoms=denoms)

    assert (result.count, result.participants) == (count, 42)
    assert result.as_printed["value"] == value


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("62.80", 62.8),
        ("-1.5", -1.5),
        (".05", 0.05),
        ("1e-3", 0.001),
        (" 0.04", 0.04),
        ("= 0.04", 0.04),
        ("<0.0001", None),
        (">0.99", None),
        ("p<0.001", None),
        ("0.05 (two-sided)", None),
        ("1,234", None),
        ("NA", None),
        ("1e999", None),
        ("1e-400", None),
        ("= 1e-400", None),
        ("9007199254740993", None),
        ("-0.0", 0),
    ],
)
def test_a_number_keeps_its_print_and_is_read_only_where_that_is_certain(
    printed: str, number: float | None
) -> None:
    result = result_of({"value": printed})

    assert (result.value, result.as_printed) == (number, {"value": printed})


def test_a_denominator_that_no_column_holds_is_kept_as_it_is_printed() -> None:
    huge = "99999999999"
    denoms = [{"units": "Participants", "counts": [{"groupId": "OG000", "value": huge}]}]

    result = result_of({"value": "1"}, denoms=denoms)

    assert (result.participants, result.as_printed["participants"]) == (None, huge)


@pytest.mark.parametrize(
    ("published", "term"),
    [
        ("STANDARD_DEVIATION", "STANDARD_DEVIATION"),
        ("Standard Deviation", "STANDARD_DEVIATION"),
        ("Inter-Quartile Range", "INTER_QUARTILE_RANGE"),
        ("95% Confidence Interval", "CONFIDENCE_95"),
        ("97.5% Confidence Interval", "CONFIDENCE_975"),
        ("Geometric Coefficient of Variation", "GEOMETRIC_COEFFICIENT"),
    ],
)
def test_a_dispersion_is_known_by_the_name_that_is_shown_and_by_the_apis(
    published: str, term: str
) -> None:
    result = result_of({"value": "1", "spread": "0.5"}, dispersionType=published)

    assert (result.dispersion_type, result.spread, result.comment) == (term, 0.5, None)


@pytest.mark.parametrize(
    ("published", "type_", "level"),
    [
        ("95% Confidence Interval", "CONFIDENCE_95", 95),
        ("97.5% Confidence Interval", "CONFIDENCE_975", 97.5),
        ("95.8% Confidence Interval", "CONFIDENCE_OTHER", 95.8),
        ("98 % confidence interval", "CONFIDENCE_OTHER", 98),
        ("90% CI", "CONFIDENCE_90", 90),
        ("CONFIDENCE_80", "CONFIDENCE_80", 80),
        ("Other Confidence Interval Level", "CONFIDENCE_OTHER", None),
        ("Standard Deviation", "STANDARD_DEVIATION", None),
    ],
)
def test_the_level_of_a_confidence_interval_is_a_number(
    published: str, type_: str, level: float | None
) -> None:
    found = result_of({"value": "5", "lowerLimit": "4"}, dispersionType=published)

    assert (found.dispersion_type, found.ci_percent, found.comment) == (type_, level, None)


@pytest.mark.parametrize(
    ("published", "level"), [("97.5", 97.5), ("95.8%", 95.8), ("99 %", 99), ("about 95", None)]
)
def test_the_level_of_an_analysis_is_a_number(published: str, level: float | None) -> None:
    analysis = {"groupIds": ["OG000"], "ciPctValue": published}

    [found] = entry(study(results=measured({"analyses": [analysis]}))).outcomes[0].analyses

    assert found.ci_percent == level
    assert found.as_printed == {"ci_percent": published}


@pytest.mark.parametrize(
    ("published", "number"),
    [
        *(("0.04", 0.04), ("1", 1), ("= 0.5", 0.5), ("0", 0), ("<0.001", None)),
        *(("1.2", None), ("= 1.2", None), ("5E2", None), ("-0.1", None)),
    ],
)
def test_a_p_value_that_is_no_probability_is_kept_as_printed(
    published: str, number: float | None
) -> None:
    analysis = {"groupIds": ["OG000"], "pValue": published}

    [found] = entry(study(results=measured({"analyses": [analysis]}))).outcomes[0].analyses

    assert (found.p_value, found.as_printed) == (number, {"p_value": published})


def test_a_term_that_is_not_known_loses_no_study() -> None:
    made = study(
        statusModule={"overallStatus": "PAUSED"},
        designModule={"phases": ["PHASE2", "PHASE9"]},
        results=measured(
            {
                "dispersionType": "Standard Guess",
                "paramType": "GUESS",
                "classes": rows({"groupId": "OG000", "value": "1", "comment": "Few"}),
            }
        ),
    )

    trial = trial_of(made)

    [result] = trial["outcomes"][0]["results"]
    assert (trial["status"], trial["phases"]) == (None, ["PHASE2"])
    assert (trial["outcomes"][0]["param_type"], result["dispersion_type"]) == (None, None)
    assert result["comment"] == "Few\nDispersion type: Standard Guess"


def test_an_analysis_compares_the_arms_of_its_groups() -> None:
    analysis = {
        "groupIds": ["OG000", "OG001"],
        "groupDescription": "Baclofen against placebo",
        "paramType": "Odds Ratio (OR)",
        "paramValue": "6.3",
        "ciPctValue": "95",
        "ciNumSides": "TWO_SIDED",
        "ciLowerLimit": "2.4",
        "ciUpperLimit": "16.1",
        "dispersionType": "STANDARD_ERROR_OF_MEAN",
        "dispersionValue": "0.90",
        "pValue": "<0.0001",
        "pValueComment": "Not adjusted",
        "statisticalMethod": "Fisher Exact",
        "nonInferiorityType": "SUPERIORITY",
    }

    [outcome] = entry(study(results=measured({"analyses": [analysis]}))).outcomes

    assert [found.model_dump() for found in outcome.analyses] == [
        {
            "param_type": "Odds Ratio (OR)",
            "param_value": 6.3,
            "ci_percent": 95.0,
            "ci_lower_limit": 2.4,
            "ci_upper_limit": 16.1,
            "ci_num_sides": "TWO_SIDED",
            "dispersion_type": "STANDARD_ERROR_OF_MEAN",
            "dispersion_value": 0.9,
            "p_value": None,
            "statistical_method": "Fisher Exact",
            "arms": ["baclofen", "placebo"],
            "hypothesis": "SUPERIORITY",
            "note": "Baclofen against placebo\nNot adjusted",
            "as_printed": {
                "param_value": "6.3",
                "ci_percent": "95",
                "ci_lower_limit": "2.4",
                "ci_upper_limit": "16.1",
                "dispersion_value": "0.90",
                "p_value": "<0.0001",
            },
        }
    ]


def test_what_was_to_be_measured_is_given_where_there_is_no_result_of_it() -> None:
    made = study(
        outcomesModule={
            "primaryOutcomes": [{"measure": "abstinence ", "timeFrame": "12  weeks"}],
            "secondaryOutcomes": [
                {"measure": "Abstinence", "timeFrame": "1 year"},
                {"measure": "Craving", "description": "By a scale"},
            ],
            "otherOutcomes": [{"measure": "Mood"}],
        },
        results=measured({}),
    )

    outcomes = trial_of(made)["outcomes"]

    assert [(o["measure"], o["type"], o["cite"]["clinicaltrials"]) for o in outcomes] == [
        ("Abstinence", "PRIMARY", ["NCT00525252, outcome measure 1"]),
        ("Abstinence", "SECONDARY", ["NCT00525252, registered secondary outcome 1"]),
        ("Craving", "SECONDARY", ["NCT00525252, registered secondary outcome 2"]),
        ("Mood", "OTHER_PRE_SPECIFIED", ["NCT00525252, registered other outcome 1"]),
    ]


def test_limitations_are_given_as_published() -> None:
    caveats = {"moreInfoModule": {"limitationsAndCaveats": {"description": "Few  took part.\n"}}}

    trial = trial_of(study(results=caveats))

    assert trial["limitations"] == [
        {
            "statement": "Few  took part.\n",
            "certainty": "verbatim",
            "cite": {"clinicaltrials": ["NCT00525252, limitations and caveats"]},
        }
    ]


@pytest.mark.parametrize(
    "content",
    [[study()], {"studies": [study()], "nextPageToken": "x"}, study()],
    ids=["the site's array", "the API's page", "one study"],
)
def test_every_shape_in_which_studies_are_given_is_read(content: Any) -> None:
    [record] = read(content)

    assert isinstance(record, Record)
    assert record.id == "NCT00525252"


def test_the_version_is_the_newest_day_of_the_data_and_never_complete() -> None:
    days = [
        study() | {"derivedSection": {"miscInfoModule": {"versionHolder": day}}}
        for day in ("2024-06-14", "2024-12-16", "2023-06-29")
    ]
    source_version = SourceVersion()

    list(ClinicalTrials().read([File(days)], source_version))

    assert source_version == SourceVersion(
        version="2024-12-16", released="2024-12-16", complete=False
    )


def test_a_study_of_no_drug_is_counted() -> None:
    no_drug = study(armsInterventionsModule={"interventions": [{"type": "DEVICE", "name": "x"}]})

    found = read([no_drug, study(armsInterventionsModule={})])

    skipped = [(item.reason, item.id) for item in found if isinstance(item, SkippedRecord)]
    assert skipped == [("studies not about a drug", "NCT00525252")] * 2


@pytest.mark.parametrize(
    ("broken", "place", "reason"),
    [
        (7, "record 1", "expected a study, with a 'protocolSection'."),
        ({}, "record 1", "expected a study, with a 'protocolSection'."),
        (
            study(identificationModule={"nctId": "NCT1", "briefTitle": "x"}),
            "record 1",
            "expected the study's number as 'nctId', such as NCT00525252.",
        ),
        (
            study(identificationModule={"nctId": "NCT00000009", "briefTitle": " "}),
            "NCT00000009",
            "the study has no title.",
        ),
        (
            study(statusModule={"startDateStruct": {"date": "2023-02-30"}}),
            "NCT00525252",
            "expected a date as 'startDateStruct', found '2023-02-30'.",
        ),
        (
            study(conditionsModule={"conditions": "pain"}),
            "NCT00525252",
            "expected a list of texts as 'conditions'.",
        ),
        (
            study(designModule={"enrollmentInfo": {"count": "nine"}}),
            "NCT00525252",
            "expected a whole number as the 'count' of 'enrollmentInfo'.",
        ),
        (
            study(designModule={"enrollmentInfo": {"count": 2147483648}}),
            "NCT00525252",
            "expected a whole number as the 'count' of 'enrollmentInfo'.",
        ),
        (
            study(results=measured({"classes": rows({"groupId": "OG7", "value": "1"})})),
            "NCT00525252",
            "a measurement is of group 'OG7', which is not there.",
        ),
    ],
)
def test_a_broken_study_is_reported_and_the_rest_is_read(
    broken: Any, place: str, reason: str
) -> None:
    unreadable, record = read([broken, study()])

    id_ = place if place.startswith("NCT") else None
    assert unreadable == InvalidRecord("studies.json", place, reason, id_)
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"studies": []},
        {"results": [{"id": "a label"}]},
        [{"id": "a label"}] * 200,
        {"FullStudiesResponse": {"FullStudies": []}},
    ],
)
def test_a_file_that_holds_no_study_is_refused(content: Any) -> None:
    with pytest.raises(WrongFileError) as refused:
        read(content)

    assert str(refused.value) == (
        "studies.json: holds no study as ClinicalTrials.gov's API v2 has them."
    )


def test_a_file_that_is_cut_off_is_refused() -> None:
    whole = json.dumps([study(), study()]).encode()

    with pytest.raises(WrongFileError, match=r"studies\.json: "):
        read(whole[:-40])


@pytest.mark.parametrize("said", ["June 2021", "2023-13-45"])
def test_an_update_on_no_date_sets_the_study_aside(said: str) -> None:
    [found] = read([study(statusModule={"lastUpdateSubmitDate": said})])

    assert isinstance(found, InvalidRecord)
    assert found.reason == f"expected a date as 'lastUpdateSubmitDate', found '{said}'."
