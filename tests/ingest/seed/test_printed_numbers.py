"""Numbers of a trial that were read before they came to the entry."""

from app.ingest.seed.entries import entry_of
from app.models.trial import OutcomeAnalysis


def test_a_number_that_was_read_already_keeps_the_print_that_is_given() -> None:
    written = {"p_value": None, "ci_percent": "95", "as_printed": {"p_value": "0.05 (two-sided)"}}

    analysis = entry_of(OutcomeAnalysis).model_validate(written).model_dump()

    assert (analysis["p_value"], analysis["ci_percent"]) == (None, 95)
    assert analysis["as_printed"] == {"p_value": "0.05 (two-sided)", "ci_percent": "95"}


def test_a_print_that_is_no_table_of_prints_is_not_taken() -> None:
    analysis = entry_of(OutcomeAnalysis).model_validate({"p_value": "0.04", "as_printed": "0.04"})

    assert analysis.model_dump()["as_printed"] == {"p_value": "0.04"}
