"""Errors as FHIR has them: an OperationOutcome, from every origin, at every path of FHIR's."""

from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field

from app.models.base import Shape

if TYPE_CHECKING:
    from app.http.problems import ProblemError

FHIR_JSON = "application/fhir+json"

ISSUES = {
    "not-found": "not-found",
    "unknown-id": "not-found",
    "bad-parameter": "invalid",
    "bad-request": "structure",
    "method-not-allowed": "not-supported",
    "release-changed": "expired",
    "address-too-long": "too-long",
    "body-too-large": "too-long",
    "headers-too-large": "too-long",
    "unavailable": "transient",
    "no-data": "transient",
    "damaged": "exception",
    "overloaded": "throttled",
    "took-too-long": "timeout",
    "internal-error": "exception",
}
"""FHIR's codes of issues, by the slugs of errors."""


class OutcomeText(Shape):
    """What kind of error it is."""

    text: str = Field(description="What kind of error it is.", examples=["Not found"])


class OutcomeIssue(Shape):
    """Something that is wrong."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    severity: str = Field(description="How severe it is.", examples=["error"])
    code: str = Field(description="FHIR's code of its kind.", examples=["not-found"])
    details: OutcomeText = Field(
        description="What kind of error it is.", examples=[{"text": "Not found"}]
    )
    diagnostics: str = Field(
        description="What happened this time, and what would do.",
        examples=["There is no MedicationKnowledge 'baclofin' in this release."],
    )
    expression: list[str] = Field(
        default_factory=list,
        description="Which parameter it is about; left out where it is about none.",
        examples=[["http.code"]],
    )


class OperationOutcome(Shape):
    """An error, as FHIR describes it."""

    resourceType: str = Field(  # noqa: N815 -- FHIR's own name
        description="Which type of resource it is.", examples=["OperationOutcome"]
    )
    issue: list[OutcomeIssue] = Field(
        description="What is wrong: at least one thing.",
        examples=[
            [
                {
                    "severity": "error",
                    "code": "not-found",
                    "details": {"text": "Not found"},
                    "diagnostics": "There is no MedicationKnowledge 'baclofin' in this release.",
                }
            ]
        ],
    )


def outcome_status(error: "ProblemError | type[ProblemError]") -> int:
    """The status of an error as FHIR has it: a parameter that cannot be used is a 400 there."""
    return 400 if error.status == 422 else error.status


def outcome_of(error: "ProblemError") -> dict[str, Any]:
    """An error as an OperationOutcome."""
    told = [(each.detail, [f"http.{each.parameter}"]) for each in error.errors]
    issues = [
        {
            "severity": "error",
            "code": ISSUES.get(error.slug, "processing"),
            "details": {"text": error.title},
            "diagnostics": detail,
        }
        | ({"expression": where} if where else {})
        for detail, where in told or [(error.detail, [])]
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}
