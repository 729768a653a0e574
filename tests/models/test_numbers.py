"""A printed number is served as that number, or as none."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from app.models.numbers import Number, double_of


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("62.80", "62.8"),
        ("-0.0", "0.0"),
        ("-0", "0.0"),
        ("0e999", "0.0"),
        ("0e-99999999999999999999", "0.0"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("+3", "3.0"),
        ("007", "7.0"),
        ("1E5", "100000.0"),
        ("1e23", "1e+23"),
        ("1e-5", "1e-05"),
        ("0.1000000000000000055511151231257827", "0.1"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("9007199254740992", "9007199254740992.0"),
        ("9007199254740993", None),
        ("12345678901234567890", None),
        ("1e300", "1e+300"),
        ("1e400", None),
        ("-1e400", None),
        ("1e99999999999999999999", None),
        ("1e-400", None),
        ("-1e-400", None),
        ("1e-99999999999999999999", None),
        ("5e-324", "5e-324"),
        ("3e-324", None),
        ("1.23456789e-320", None),
    ],
)
def test_the_nearest_double_is_that_number_or_none(printed: str, number: str | None) -> None:
    found = double_of(printed)

    assert (None if found is None else json.dumps(found)) == number


@pytest.mark.parametrize(
    "written", ["1e-400", "1e400", "9007199254740993", "0.1000000000000000001"]
)
def test_a_number_with_no_print_beside_it_is_exact_or_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="a number that JSON can carry to its last digit"):
        TypeAdapter(Number).validate_python(written)


@pytest.mark.parametrize("written", ["-0.0", "-0", -0.0])
def test_minus_nought_is_nought(written: object) -> None:
    assert repr(TypeAdapter(Number).validate_python(written)) == "0.0"


@pytest.mark.parametrize("given", ["1_000", "9_007_199_254_740_993", 9007199254740993])
def test_a_number_with_underscores_or_a_whole_one_that_no_double_is_is_refused(
    given: str | int,
) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Number).validate_python(given)
