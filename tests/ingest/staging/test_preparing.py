"""A fact that contradicts itself is not staged."""

from typing import Any

import pytest

from app.ingest.seed.entries import fact_entry_of
from app.ingest.staging.preparing import UNCITED, contradiction
from app.models.trial import Trial


def problem_of(**fields: Any) -> str | None:
    """What in a trial of the arm `a` and the group `all` contradicts itself."""
    said = {
        "statement": "A trial.",
        "certainty": "stated",
        "arms": [{"id": "a", "label": "A"}],
        "groups": [{"id": "all", "label": "All"}],
    }
    return contradiction(fact_entry_of(Trial).model_validate(said | fields | UNCITED))


def outcome(**fields: Any) -> list[dict[str, Any]]:
    cite = UNCITED["cite"]
    said = {"measure": "Sleep", "statement": "Sleep.", "certainty": "stated", "cite": cite}
    return [said | fields]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"outcomes": outcome(results=[{"arm": "a"}, {"arm": "all"}])}, None),
        ({"outcomes": outcome(analyses=[{"arms": ["a", "all"]}])}, None),
        ({"outcomes": outcome(group_descriptions=[{"arm": "a", "description": "x"}])}, None),
        (
            {"groups": [{"id": "a", "label": "Again"}]},
            "two of its arms and groups have one id.",
        ),
        (
            {"outcomes": outcome(results=[{"arm": "b"}])},
            "it has a result of the arm 'b', and no such arm or group.",
        ),
        (
            {"outcomes": outcome(analyses=[{"arms": ["a", "b"]}])},
            "it has an analysis of the arm 'b', and no such arm or group.",
        ),
        (
            {"outcomes": outcome(group_descriptions=[{"arm": "b", "description": "x"}])},
            "it describes the arm 'b', and has no such arm or group.",
        ),
        (
            {"outcomes": outcome(analyzed=[{"arm": "b"}])},
            "it describes the arm 'b', and has no such arm or group.",
        ),
        (
            {"baseline": [{"measure": "Age", "results": [{"arm": "b"}]}]},
            "it has a result of the arm 'b', and no such arm or group.",
        ),
        (
            {"adverse_events": {"other_events": [{"term": "Rash", "counts": [{"arm": "b"}]}]}},
            "it counts adverse events of 'b', and has no such arm or group.",
        ),
        (
            {"outcomes": outcome(results=[{"arm": "all", "count": 3, "participants": 2}])},
            "it counts more than its participants.",
        ),
    ],
)
def test_what_is_said_of_a_trials_arms_and_groups_is_of_those_that_it_has(
    fields: dict[str, Any], problem: str | None
) -> None:
    assert problem_of(**fields) == problem
