"""A study's arms are joined with the groups of its results, and never with those of another arm."""

from typing import Any

import pytest

from tests.ingest.sources.test_clinicaltrials import Json, rows, study, trial_of


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


def test_an_arm_with_more_than_another_may_share_words_with_both_groups() -> None:
    results = flow(**{"Palbociclib and usual care": 20, "Usual care, without": 21})
    arms = protocol("Palbociclib, usual care without delay", "Usual treatment")

    trial = trial_of(study(results=results, **arms))

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

    trial = trial_of(study(results=results, **protocol("A", "Second")))

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
        (("Baclofen 10 mg", "Comparison"), (42, 41)),
    ],
)
def test_an_outcomes_groups_are_arms_where_words_or_numbers_say_so(
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

    trial = trial_of(study(results=results, **protocol("Dose 1", "Dose 2")))

    assert numbers_of(trial) == [("Dose 1", 20), ("Dose 2", 21)]
    assert apart(trial) == {"Run-in": "no_equal_title"}


def test_two_groups_that_would_be_one_arm_are_not_both_that_arm() -> None:
    results = flow(**{"Baclofen tablets": 42, "Placebo tablets": 41})
    results |= outcome("Baclofen", "Baclofen tablets")

    trial = trial_of(study(results=results, **protocol("Baclofen", "Placebo")))

    arms = [result["arm"] for result in trial["outcomes"][0]["results"]]
    assert arms == ["baclofen", "baclofen-tablets"]
    assert numbers_of(trial) == [("Baclofen", 42), ("Placebo", 41)]


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
        ("A parallel-group randomized trial of cluster headache", False),
        ("A 3-site randomized study", False),
    ],
)
def test_a_trial_of_clusters_is_known_by_the_registrys_words(
    words: str, is_of_clusters: bool
) -> None:
    trial = trial_of(study(descriptionModule={"briefSummary": words}))

    assert trial["cluster_randomized"] == is_of_clusters
