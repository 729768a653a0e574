"""A study's arms are joined with the groups of its results, and never with those of another arm."""

from typing import Any

import pytest

from app.ingest.sources.interface import InvalidRecord, Record
from tests.ingest.sources.test_clinicaltrials import Json, read, rows, study, trial_of


def protocol(*labels: str | tuple[str, str], model: str = "PARALLEL") -> Json:
    """The modules of a study with these arms, each as its label, or that and an intervention."""
    pairs = [(label, "") if isinstance(label, str) else label for label in labels]
    arms = [
        {
            "label": label,
            "type": "ACTIVE_COMPARATOR" if place else "EXPERIMENTAL",
            "interventionNames": [f"Drug: {given}"] if given else [],
        }
        for place, (label, given) in enumerate(pairs)
    ]
    return {
        "armsInterventionsModule": {
            "armGroups": arms,
            "interventions": [{"type": "DRUG", "name": "Baclofen"}],
        },
        "designModule": {"designInfo": {"interventionModel": model}},
    }


def groups(prefix: str, *titles: str) -> list[Json]:
    return [{"id": f"{prefix}{n:03}", "title": title} for n, title in enumerate(titles)]


def counted(name: str, prefix: str, *numbers: int) -> list[Json]:
    return [{"groupId": f"{prefix}{n:03}", name: str(number)} for n, number in enumerate(numbers)]


def flow(**started: int) -> Json:
    """A participant flow in which so many started in each group, by its title."""
    achievements = counted("numSubjects", "FG", *started.values())
    return {
        "participantFlowModule": {
            "groups": groups("FG", *started),
            "periods": [
                {
                    "title": "Overall Study",
                    "milestones": [{"type": "STARTED", "achievements": achievements}],
                }
            ],
        }
    }


def outcome(*titles: str, analyzed: tuple[int, ...] = ()) -> Json:
    """An outcome with a result of each of these groups."""
    results = [{"groupId": f"OG{n:03}", "value": str(n)} for n in range(len(titles))]
    denoms = [{"units": "Participants", "counts": counted("value", "OG", *analyzed)}]
    measure = {
        "title": "Survival",
        "groups": groups("OG", *titles),
        "classes": rows(*results),
        "denoms": denoms,
    }
    return {"outcomeMeasuresModule": {"outcomeMeasures": [measure]}}


def numbers_of(trial: Json) -> list[tuple[str, int | None]]:
    return [(arm["label"], arm["participants"]) for arm in trial["arms"]]


def apart(trial: Json) -> dict[str, str]:
    """Why groups are no arms, by their labels."""
    return {group["label"]: group["unmatched_reason"] for group in trial["groups"]}


ADJUVANT = (
    ("Arm A: palbociclib plus standard adjuvant endocrine therapy", "Palbociclib"),
    ("Arm B: standard adjuvant endocrine therapy", "Endocrine therapy"),
)


def test_two_arms_that_the_results_call_otherwise_are_two_arms_with_their_numbers() -> None:
    names = ("Palbociclib + Endocrine Therapy", "Endocrine Therapy Alone")
    results = flow(**dict(zip(names, (2896, 2900), strict=True))) | outcome(*names)

    trial = trial_of(study(results=results, **protocol(*ADJUVANT)))

    assert [arm["participants"] for arm in trial["arms"]] == [2896, 2900]
    assert trial["groups"] == []
    ids = [arm["id"] for arm in trial["arms"]]
    assert [result["arm"] for result in trial["outcomes"][0]["results"]] == ids
    assert trial["arms"][0]["reported_as"] == [
        {
            "title": "Palbociclib + Endocrine Therapy",
            "modules": ["participant_flow", "outcomes"],
            "matched_by": "order",
            "descriptions": [],
        }
    ]


def test_groups_in_another_order_than_the_arms_are_not_joined_in_order() -> None:
    results = flow(**{"Endocrine Therapy Alone": 2900, "Palbociclib + Endocrine Therapy": 2896})

    trial = trial_of(study(results=results, **protocol(*ADJUVANT)))

    assert [arm["participants"] for arm in trial["arms"]] == [None, None]
    assert set(apart(trial).values()) == {"no_equal_title"}
    assert [group["participants"] for group in trial["groups"]] == [2900, 2896]


@pytest.mark.parametrize(("before", "other"), [("", ""), ("Arm A: ", "Arm B: ")])
def test_an_arm_without_anything_of_its_own_is_the_group_that_says_no_more(
    before: str, other: str
) -> None:
    results = flow(**{f"{before}Palbociclib and usual care": 20, f"{other}Usual care alone": 21})

    trial = trial_of(study(results=results, **protocol("Palbociclib, usual care", "Usual care")))

    assert [arm["participants"] for arm in trial["arms"]] == [20, 21]


def test_a_group_that_is_called_like_an_arm_that_is_there_is_no_other_arm() -> None:
    results = flow(**{"Low": 20, "High": 21, "Low and High": 41})

    trial = trial_of(study(results=results, **protocol("Low", "High", "Control")))

    assert numbers_of(trial) == [("Low", 20), ("High", 21), ("Control", None)]
    assert apart(trial) == {"Low and High": "no_equal_title"}


def test_what_an_arm_is_given_speaks_against_the_group_of_another() -> None:
    results = flow(Placebo=40, Baclofen=42)

    arms = protocol(("Group A", "Baclofen"), ("Group B", "Placebo"))

    assert numbers_of(trial_of(study(results=results, **arms))) == [
        ("Group A", None),
        ("Group B", None),
    ]


@pytest.mark.parametrize("first", ["IIV4", "iiv4 "])
def test_the_one_arm_that_is_left_is_the_one_group_that_is_left(first: str) -> None:
    results = flow(**{"ccIIV4": 20, first: 21})

    trial = trial_of(study(results=results, **protocol("IIV4", "cc IIV4")))

    assert numbers_of(trial) == [("IIV4", 21), ("cc IIV4", 20)]
    matches = [arm["reported_as"][0]["matched_by"] for arm in trial["arms"]]
    assert matches == ["title", "order"]


@pytest.mark.parametrize(
    ("labels", "titles", "reason"),
    [
        (("A", "B"), ("First", "Second", "Third"), "no_equal_title"),
        (("A", "B", "C", "D"), ("Drug", "No drug"), "no_equal_title"),
        (("A", "B"), ("All Participants",), "several_arms"),
        (("A", "B", "C"), ("A", "B", "A and B combined"), "several_arms"),
        ((), ("Baclofen", "Placebo"), "no_arms"),
    ],
)
def test_groups_stand_apart_where_their_number_leaves_it_open(
    labels: tuple[str, ...], titles: tuple[str, ...], reason: str
) -> None:
    results = flow(**{title: 10 + n for n, title in enumerate(titles)})

    trial = trial_of(study(results=results, **protocol(*labels)))

    named = {title: reason for title in titles if title not in labels}
    assert apart(trial) == named
    assert all(group["participants"] for group in trial["groups"])


@pytest.mark.parametrize(
    ("title", "is_several"),
    [
        *((title, True) for title in ("Total", "ALL", "All Treated Patients", "Both Groups")),
        *((title, True) for title in ("Low + High (pooled)", "Low or High", "Overall Study")),
        *((title, False) for title in ("Total Knee Replacement", "All-trans retinoic acid")),
        *(
            (title, False)
            for title in ("Combined Contraceptive", "Both eyes dilated", "Overactive")
        ),
    ],
)
def test_a_title_says_whether_a_group_is_several_arms(title: str, is_several: bool) -> None:
    results = flow(**{"A": 20, title: 21})

    trial = trial_of(study(results=results, **protocol("A", ("Second", title))))

    assert (trial["arms"][1]["participants"] is None) == is_several


def test_the_orders_of_a_crossover_trial_are_no_arms() -> None:
    results = flow(**{"Baclofen first": 12, "Placebo first": 11})
    arms = protocol("Baclofen", "Placebo", model="CROSSOVER")

    trial = trial_of(study(results=results, **arms))

    assert numbers_of(trial) == [("Baclofen", None), ("Placebo", None)]
    assert apart(trial) == {"Baclofen first": "crossover", "Placebo first": "crossover"}


def test_a_single_arm_is_the_single_group_whatever_it_is_called() -> None:
    trial = trial_of(study(results=flow(**{"All Patients": 31}), **protocol("Baclofen")))

    assert numbers_of(trial) == [("Baclofen", 31)]
    assert trial["groups"] == []


@pytest.mark.parametrize(
    ("titles", "analyzed"),
    [
        (("Men", "Women"), (42, 41)),
        (("Baclofen Responders", "Non-responders"), (20, 22)),
        (("Baclofen in Men", "Baclofen in Women"), (20, 22)),
        (("Baclofen, men", "Placebo, men"), (20, 21)),
        (("Baclofen responders", "Placebo responders"), (30, 30)),
        (("Continued baclofen", "Switched from placebo"), (40, 40)),
        (("Baclofen, Europe", "Placebo, Europe"), (20, 10)),
        (("Baclofen 10 mg", "Placebo tablets"), (42, 99)),
        (("Baclofen 10 mg", "Comparison"), (42, 41)),
    ],
)
def test_groups_of_other_people_in_an_outcome_are_no_arms(
    titles: tuple[str, str], analyzed: tuple[int, int]
) -> None:
    results = flow(Baclofen=42, Placebo=41) | outcome(*titles, analyzed=analyzed)

    trial = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))

    assert apart(trial) == dict.fromkeys(titles, "no_equal_title")


@pytest.mark.parametrize(
    ("titles", "analyzed"),
    [
        (("Baclofen 10 mg", "Placebo tablets"), (40, 40)),
        (("Oral baclofen", "Oral placebo"), (42, 41)),
    ],
)
def test_an_outcomes_groups_are_arms_where_words_say_so_and_numbers_nothing_else(
    titles: tuple[str, str], analyzed: tuple[int, int]
) -> None:
    results = flow(Baclofen=42, Placebo=41) | outcome(*titles, analyzed=analyzed)

    trial = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))

    assert trial["groups"] == []
    [found] = trial["outcomes"]
    assert [result["arm"] for result in found["results"]] == ["baclofen", "placebo"]
    assert found["analyzed"] == [
        {"arm": "baclofen", "participants": analyzed[0]},
        {"arm": "placebo", "participants": analyzed[1]},
    ]


def test_a_title_that_adverse_events_have_for_an_arm_is_that_arm_in_the_flow_too() -> None:
    events = {"adverseEventsModule": {"eventGroups": groups("EG", "Low", "High")}}
    results = flow(**{"Run-in": 60, "Low": 20, "High": 21}) | events

    trial = trial_of(study(results=results, **protocol("Low dose", "High dose")))

    assert numbers_of(trial) == [("Low dose", 20), ("High dose", 21)]
    assert apart(trial) == {"Run-in": "no_equal_title"}


def test_two_groups_that_would_be_one_arm_are_not_both_that_arm() -> None:
    results = flow(**{"Baclofen tablets": 42, "Placebo tablets": 41})
    results |= outcome("Baclofen", "Baclofen tablets")

    trial = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))

    arms = [result["arm"] for result in trial["outcomes"][0]["results"]]
    assert arms == ["baclofen", "baclofen-tablets"]
    assert numbers_of(trial) == [("Baclofen", 42), ("Placebo", 41)]


PREGABALIN = {
    "armsInterventionsModule": {
        "armGroups": [
            {
                "label": label,
                "type": type_,
                "description": description,
                "interventionNames": [f"Drug: {given}"],
            }
            for label, type_, description, given in (
                ("Arm 1", "PLACEBO_COMPARATOR", "A capsule", "Placebo"),
                ("Arm 2", "EXPERIMENTAL", "150 mg", "Pregabalin"),
            )
        ],
        "interventions": [
            {"type": "DRUG", "name": "Pregabalin", "otherNames": ["Lyrica"]},
            {"type": "DRUG", "name": "Baclofen"},
        ],
    }
}


@pytest.mark.parametrize(
    ("titles", "descriptions", "is_joined"),
    [
        (("Intervention", "Control"), ("pregabalin 150 mg", "placebo capsule"), False),
        (("Control", "Intervention"), ("placebo capsule", "pregabalin 150 mg"), True),
        (("Sugar pill", "Lyrica"), ("Placebo", ""), True),
        (("Lyrica", "Sugar pill"), ("", ""), False),
        (("PGB", "PBO"), ("", ""), False),
        (("Active", "Comparator"), ("", ""), False),
        (("Arm I", "Arm II"), ("Pregabalin", "Placebo"), False),
        (("Usual care", "Intervention"), ("", ""), False),
        (("Men", "Women"), ("", ""), False),
        (("Double-blind phase", "Open-label extension"), ("", ""), False),
        (("Pregabalin 150 mg", "Pregabalin 300 mg"), ("", ""), False),
        (("Placebo, then pregabalin", "Pregabalin, then placebo"), ("", ""), False),
        (("Sequence AB", "Sequence BA"), ("", ""), False),
    ],
)
@pytest.mark.parametrize("name", ["flow", "baseline", "events"])
def test_groups_are_joined_in_order_only_where_each_names_its_arm(
    titles: tuple[str, str], descriptions: tuple[str, str], is_joined: bool, name: str
) -> None:
    of_module = [
        group | {"description": description}
        for group, description in zip(groups("G", *titles), descriptions, strict=True)
    ]
    modules = {
        "flow": {"participantFlowModule": {"groups": of_module}},
        "baseline": {"baselineCharacteristicsModule": {"groups": of_module}},
        "events": {"adverseEventsModule": {"eventGroups": of_module}},
    }

    trial = trial_of(study(results=modules[name], **PREGABALIN))

    assert [bool(arm["reported_as"]) for arm in trial["arms"]] == [is_joined, is_joined]


@pytest.mark.parametrize("name", ["baseline", "events"])
def test_more_people_than_started_are_not_the_arms(name: str) -> None:
    numbers = counted("value", "G", 100, 50)
    of_module = groups("G", "Placebo capsules", "Pregabalin capsules")
    at_risk = [g | {"seriousNumAtRisk": n} for g, n in zip(of_module, (100, 50), strict=True)]
    modules = {
        "baseline": {
            "baselineCharacteristicsModule": {
                "groups": of_module,
                "denoms": [{"units": "Participants", "counts": numbers}],
            }
        },
        "events": {"adverseEventsModule": {"eventGroups": at_risk}},
    }
    results = flow(**{"Arm 1": 50, "Arm 2": 100}) | modules[name]

    trial = trial_of(study(results=results, **PREGABALIN))

    assert set(apart(trial)) == {"Placebo capsules", "Pregabalin capsules"}


@pytest.mark.parametrize("title", ["Healthy controls", "Men", "Others"])
def test_other_people_than_a_single_arms_stand_apart(title: str) -> None:
    baseline = {
        "groups": groups("BG", title),
        "denoms": [{"units": "Participants", "counts": counted("value", "BG", 60)}],
    }
    results = flow(Baclofen=100) | {"baselineCharacteristicsModule": baseline}

    trial = trial_of(study(results=results, **protocol("Baclofen")))

    assert apart(trial) == {title: "no_equal_title"}


@pytest.mark.parametrize("said", ["A crossover trial", "A randomised cross-over study"])
def test_the_groups_of_a_trial_called_crossover_are_not_joined_in_order(said: str) -> None:
    results = flow(**{"Baclofen tablets": 12, "Placebo tablets": 11})
    described = {"descriptionModule": {"briefSummary": said}}

    trial = trial_of(study(results=results, **protocol("Baclofen", "Placebo"), **described))

    assert set(apart(trial).values()) == {"crossover"}


def test_an_id_that_two_groups_of_a_module_have_sets_the_study_aside() -> None:
    results = outcome("Baclofen", "Placebo")
    [measure] = results["outcomeMeasuresModule"]["outcomeMeasures"]
    measure["groups"][1]["id"] = "OG000"

    [found] = read([study(results=results, **protocol("Baclofen", "Placebo"))])

    assert isinstance(found, InvalidRecord)
    assert found.reason == "two groups of one module have the id 'OG000'."


@pytest.mark.parametrize("name", ["milestones", "dropWithdraws"])
def test_numbers_of_a_group_that_the_flow_has_not_set_the_study_aside(name: str) -> None:
    results = flow(Baclofen=42, Placebo=41)
    [period] = results["participantFlowModule"]["periods"]
    stats = "achievements" if name == "milestones" else "reasons"
    period[name] = [{"type": "Other", stats: [{"groupId": "FG009", "numSubjects": "3"}]}]

    [found] = read([study(results=results, **protocol("Baclofen", "Placebo"))])

    assert isinstance(found, InvalidRecord)
    assert found.reason == "a number of the flow is of group 'FG009', which is not there."


def test_a_studys_own_milestone_is_not_that_of_the_registry() -> None:
    results = flow(Baclofen=42, Placebo=41)
    [period] = results["participantFlowModule"]["periods"]
    period["milestones"] += [
        {"type": "COMPLETED", "achievements": counted("numSubjects", "FG", 36, 30)},
        {"type": "Completed", "achievements": counted("numSubjects", "FG", 7, 8)},
    ]

    first, _ = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))["arms"]

    assert first["completed"] == 36
    assert [m["participants"] for m in first["periods"][0]["milestones"]] == [7]


def test_a_run_in_that_no_arm_started_is_not_where_its_participants_are_counted() -> None:
    results = flow(**{"Baclofen": 0, "Placebo": 0, "Run-in": 200})
    started = {"type": "STARTED", "achievements": counted("numSubjects", "FG", 100, 99, 0)}
    results["participantFlowModule"]["periods"].append(
        {"title": "Treatment", "milestones": [started]}
    )

    trial = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))

    assert numbers_of(trial) == [("Baclofen", 100), ("Placebo", 99)]


def test_a_number_of_the_flow_that_cannot_be_read_is_given_as_printed() -> None:
    results = flow(Baclofen=42, Placebo=41)
    [period] = results["participantFlowModule"]["periods"]
    period["milestones"][0]["achievements"][0]["numSubjects"] = "1,234"
    period["dropWithdraws"] = [{"reasons": counted("numSubjects", "FG", 6, 11)}]

    first, _ = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))["arms"]

    [of_period] = first["periods"]
    assert of_period["milestones"] == [
        {"title": "STARTED", "participants": None, "comment": "As printed: 1,234"}
    ]
    assert of_period["drop_outs"] == [{"reason": "Not named", "participants": 6, "comment": None}]


def test_a_baseline_measure_without_a_title_is_left_out_and_counted() -> None:
    baseline = {"baselineCharacteristicsModule": {"measures": [{"title": " "}]}}

    [found] = read([study(results=baseline)])

    assert isinstance(found, Record)
    assert found.left_out["baseline measures without a title"] == 1


def test_who_left_and_why_is_given_as_published() -> None:
    titles = {"Baclofen": 42, "Placebo": 41}
    results = flow(**titles)
    [period] = results["participantFlowModule"]["periods"]
    period["milestones"] += [
        {"type": "Treated", "achievements": counted("numSubjects", "FG", 41, 41)},
        {"type": "COMPLETED", "achievements": counted("numSubjects", "FG", 36, 30)},
        {"type": "NOT COMPLETED", "achievements": counted("numSubjects", "FG", 6, 11)},
    ]
    period["dropWithdraws"] = [
        {
            "type": "Other",
            "comment": "Moved away",
            "reasons": counted("numSubjects", "FG", 6, 11),
        }
    ]

    first, _ = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))["arms"]

    assert (first["participants"], first["completed"]) == (42, 36)
    assert first["periods"] == [
        {
            "title": "Overall Study",
            "started": 42,
            "completed": 36,
            "not_completed": 6,
            "milestones": [{"title": "Treated", "participants": 41, "comment": None}],
            "drop_outs": [{"reason": "Other", "participants": 6, "comment": "Moved away"}],
        }
    ]


def test_of_several_periods_each_has_its_own_numbers() -> None:
    results = flow(Baclofen=42, Placebo=41)
    periods = results["participantFlowModule"]["periods"]
    completed = {"type": "COMPLETED", "achievements": counted("numSubjects", "FG", 30, 29)}
    periods.append({"title": "Extension", "milestones": [completed]})

    first, _ = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))["arms"]

    assert (first["participants"], first["completed"]) == (42, None)
    assert [(p["title"], p["started"], p["completed"]) for p in first["periods"]] == [
        ("Overall Study", 42, None),
        ("Extension", None, 30),
    ]


def test_what_results_say_of_an_arm_beside_its_own_description_is_given() -> None:
    results = flow(Baclofen=42, Placebo=41)
    of_flow: list[Any] = results["participantFlowModule"]["groups"]
    of_flow[0]["description"] = "Who took a dose"

    first, second = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))["arms"]

    assert first["reported_as"][0]["descriptions"] == ["Who took a dose"]
    assert second["reported_as"][0]["descriptions"] == []


def test_baseline_is_given_for_each_arm_and_its_total_stands_apart() -> None:
    baseline = {
        "groups": groups("BG", "Baclofen", "Placebo", "Total"),
        "denoms": [{"units": "Participants", "counts": counted("value", "BG", 42, 41, 83)}],
        "measures": [
            {
                "title": "Age, Continuous",
                "paramType": "MEAN",
                "dispersionType": "STANDARD_DEVIATION",
                "unitOfMeasure": "years",
                "classes": rows(
                    {"groupId": "BG000", "value": "49.0", "spread": "8.90"},
                    {"groupId": "BG002", "value": "48.5", "spread": "9.1"},
                ),
            }
        ],
    }
    made = study(
        results={"baselineCharacteristicsModule": baseline}, **protocol("Baclofen", "Placebo")
    )

    trial = trial_of(made)

    [age] = trial["baseline"]
    assert (age["measure"], age["unit"], age["param_type"]) == ("Age, Continuous", "years", "MEAN")
    said = [(r["arm"], r["value"], r["spread"], r["participants"]) for r in age["results"]]
    assert said == [("baclofen", "49.0", "8.90", "42"), ("total", "48.5", "9.1", "83")]
    assert apart(trial) == {"Total": "several_arms"}


@pytest.mark.parametrize("module", ["participantFlowModule", "baselineCharacteristicsModule"])
def test_what_was_assigned_instead_of_participants_is_given(module: str) -> None:
    trial = trial_of(study(results={module: {"typeUnitsAnalyzed": "Eyes"}}))

    assert trial["type_units_assigned"] == "Eyes"


@pytest.mark.parametrize(
    ("words", "is_of_clusters"),
    [
        ("A Cluster-Randomised Trial of Baclofen", True),
        ("Villages will be in a cluster RCT", True),
        ("A stepped-wedge trial", True),
        ("Clinics: randomization by cluster", True),
        *(
            (words, True)
            for words in (
                "A group-randomized trial",
                "A community-randomized trial",
                "Villages were randomised",
                "With randomisation at the level of the clinic",
                "The unit of randomisation is the household",
                "A clustered randomized trial",
                "A cluster, randomised trial",
                "A cluster-crossover trial",
                "Randomization was clustered by hospital",
            )
        ),
        ("Unlike an earlier cluster randomised trial, individuals are randomised", False),
        ("Patients at ten hospitals were randomised", False),
        ("A multi-center randomized trial", False),
        ("Patients are randomized at the clinic", False),
        ("Participants are randomised into two groups", False),
        ("A parallel-group randomized trial of cluster headache", False),
        ("A 3-site randomized study", False),
    ],
)
def test_a_trial_of_clusters_is_known_by_the_registrys_words(
    words: str, is_of_clusters: bool
) -> None:
    trial = trial_of(study(descriptionModule={"briefSummary": words}))

    assert trial["cluster_randomized"] == is_of_clusters


@pytest.mark.parametrize("place", ["briefSummary", "detailedDescription"])
@pytest.mark.parametrize(
    ("words", "is_crossover"),
    [
        ("A randomized, placebo-controlled, crossover trial of baclofen.", True),
        ("Patients take part in a double-blind cross-over design.", True),
        ("After progression patients may cross over to baclofen.", False),
        ("Unlike an earlier crossover study, this one has parallel arms.", False),
    ],
)
def test_a_crossover_trial_is_known_by_the_registrys_words(
    place: str, words: str, is_crossover: bool
) -> None:
    assert trial_of(study(descriptionModule={place: words}))["crossover"] == is_crossover
