"""The arms of a trial, and other groups that its results are of, with who started and who left."""

from enum import StrEnum
from typing import Any, ClassVar

from app.models.base import Part, Slug, described
from app.models.numbers import MOST, Number


class ArmType(StrEnum):
    """ClinicalTrials.gov's arm group `type`."""

    EXPERIMENTAL = "EXPERIMENTAL"
    ACTIVE_COMPARATOR = "ACTIVE_COMPARATOR"
    PLACEBO_COMPARATOR = "PLACEBO_COMPARATOR"
    SHAM_COMPARATOR = "SHAM_COMPARATOR"
    NO_INTERVENTION = "NO_INTERVENTION"
    OTHER = "OTHER"


class ResultsModule(StrEnum):
    """A part of a registry's results that has groups of its own."""

    PARTICIPANT_FLOW = "participant_flow"
    BASELINE = "baseline"
    OUTCOMES = "outcomes"
    ADVERSE_EVENTS = "adverse_events"


class GroupMatch(StrEnum):
    """How a group of the results was found to be an arm."""

    TITLE = "title"
    ORDER = "order"


class UnmatchedReason(StrEnum):
    """Why a group of the results is none of the trial's arms."""

    NO_ARMS = "no_arms"
    SAME_TITLE = "same_title"
    SEVERAL_ARMS = "several_arms"
    CROSSOVER = "crossover"
    NO_EQUAL_TITLE = "no_equal_title"


def people(sentence: str, example: int) -> Any:
    """The field of a number of people, null where the source does not say it."""
    return described(
        f"{sentence}; null where the source does not say.",
        example,
        ge=0,
        le=MOST,
        default=None,
    )


class TrialDose(Part):
    """A dose given in an arm."""

    value: Number | None = described("The amount.", 5, default=None)
    unit: str | None = described(
        "The unit of the amount and what it is counted over.", "mg per day", default=None
    )
    frequency: str | None = described("How often it was given.", "three times a day", default=None)
    period: str | None = described(
        "When in the trial it was given.", "the first week", default=None
    )
    route: str | None = described("How it was given.", "oral", default=None)


class FlowMilestone(Part):
    """What else than starting and completing a period was counted, such as being treated."""

    examples: ClassVar = [
        [{"title": "Received a dose", "participants": 41, "comment": "One had a rash before"}]
    ]

    title: str = described("What the source calls it.", "Received a dose")
    participants: int | None = people("How many participants reached it", 41)
    comment: str | None = described("What the source adds.", "One had a rash before", default=None)


class DropOut(Part):
    """Why some did not complete a period, as published."""

    examples: ClassVar = [
        [{"reason": "Lost to Follow-up", "participants": 4, "comment": "They moved away"}]
    ]

    reason: str = described("The reason, as the source has it.", "Lost to Follow-up")
    participants: int | None = people("How many left for it", 4)
    comment: str | None = described("What the source adds.", "They moved away", default=None)


class FlowPeriod(Part):
    """A period of the trial: how many of the arm started it, completed it, or left, and why."""

    parts: ClassVar[dict[str, type[Part]]] = {"milestones": FlowMilestone, "drop_outs": DropOut}
    examples: ClassVar = [
        [
            {
                "title": "Overall Study",
                "started": 42,
                "completed": 36,
                "not_completed": 6,
                "milestones": [],
                "drop_outs": [
                    {"reason": "Lost to Follow-up", "participants": 6, "comment": "They moved away"}
                ],
            }
        ]
    ]

    title: str | None = described("What the source calls it.", "Overall Study", default=None)
    started: int | None = people("How many started it", 42)
    completed: int | None = people("How many completed it", 36)
    not_completed: int | None = people("How many did not", 6)


class ReportedGroup(Part):
    """A title that the results have for the arm or group, and where they have it."""

    examples: ClassVar = [
        [
            {
                "title": "Baclofen 10 mg",
                "modules": ["participant_flow", "outcomes"],
                "matched_by": "order",
                "descriptions": [],
            }
        ]
    ]

    title: str = described("The title, as the results have it.", "Baclofen 10 mg")
    modules: list[ResultsModule] = described(
        "The parts of the results that have a group of this title.", ["participant_flow"]
    )
    matched_by: GroupMatch | None = described(
        "How this group was found to be the arm: by its `title`, which is the arm's label; or by "
        "its place in the `order`, where as many groups as arms are left and their words do not "
        "speak against it. Null of a group that is no arm.",
        "title",
        default=None,
    )
    descriptions: list[str] = described(
        "What the results say of the group, where that is not the description above. What an "
        "outcome says stands under its `group_descriptions`.",
        [],
        default_factory=list,
    )


OF_RESULTS: dict[str, type[Part]] = {"periods": FlowPeriod, "reported_as": ReportedGroup}


class TrialArm(Part):
    """A group of participants who were given the same."""

    parts: ClassVar[dict[str, type[Part]]] = {"doses": TrialDose, **OF_RESULTS}

    id: Slug = described("The arm's id within the trial.", "baclofen")
    label: str = described("What the source calls the arm.", "Baclofen")
    type: ArmType | None = described("Its part in the comparison.", "EXPERIMENTAL", default=None)
    description: str | None = described(
        "What its participants were given.", "Oral baclofen for 12 weeks", default=None
    )
    participants: int | None = people(
        "How many were in it: of a registry's results, how many started the first period", 42
    )
    completed: int | None = people(
        "How many completed the trial, where it has one period; `periods` has each of several", 36
    )
    interventions: list[str] = described(
        "What its participants were given, as the registry lists it.",
        ["Drug: Baclofen"],
        default_factory=list,
    )


class TrialGroup(Part):
    """A group of participants that results are given of and that is no arm, such as all of them."""

    parts: ClassVar[dict[str, type[Part]]] = OF_RESULTS
    examples: ClassVar = [
        [
            {
                "id": "all-participants",
                "label": "All participants",
                "description": "Both arms together",
                "participants": 84,
                "completed": 72,
                "unmatched_reason": "several_arms",
                "periods": [],
                "reported_as": [],
            }
        ]
    ]

    id: Slug = described(
        "The group's id within the trial, which none of its arms has.", "all-participants"
    )
    label: str = described("What the source calls the group.", "All participants")
    description: str | None = described(
        "Who was in it, as the source has it.", "Both arms together", default=None
    )
    participants: int | None = people("How many started, in the first period", 84)
    completed: int | None = people(
        "How many completed the trial, where it has one period; `periods` has each of several", 71
    )
    unmatched_reason: UnmatchedReason | None = described(
        "Why it is put to no arm. `no_arms`: the source names none. `same_title`: groups beside it "
        "have the same title. `several_arms`: it is more than one arm, by its title. `crossover`: "
        "in such a trial a group may be an order of treatments, and only an equal title counts. "
        "`no_equal_title`: no arm is labelled so, and the numbers of groups and arms, or their "
        "words, leave open which it is. Null where nobody looked.",
        "several_arms",
        default=None,
    )
