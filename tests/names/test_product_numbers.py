"""Numbers of products are compared in every way in which they are written."""

import pytest

from app.names.product_numbers import is_of_a_monograph, ndc_in, written_forms

PACKAGE = {"0091-3351-01", "00091-3351-1", "00091-3351-01", "00091335101"}


@pytest.mark.parametrize("typed", sorted(PACKAGE))
def test_a_package_is_the_same_in_each_layout_with_dashes_or_without(typed: str) -> None:
    assert set(written_forms("ndc", typed)) == PACKAGE


@pytest.mark.parametrize(
    ("published", "typed"),
    [
        ("0091-3351-01", "00091-3351-01"),
        ("68084-123-01", "68084-0123-01"),
        ("68084-123-01", "68084012301"),
        ("68084-1234-1", "68084-1234-01"),
        ("68084-1234-1", "68084123401"),
        ("0091-3351", "00091-3351"),
        ("68084-123", "68084-0123"),
        ("68084-1234", "68084-1234"),
        ("0091-3351", "000913351"),
        ("68084-123", "680840123"),
        ("68084-1234", "680841234"),
    ],
)
def test_what_is_published_in_ten_digits_is_found_by_eleven(published: str, typed: str) -> None:
    assert published in written_forms("ndc", typed)
    assert typed in written_forms("ndc", published)


def test_ten_digits_without_dashes_are_a_code_in_each_of_three_layouts() -> None:
    forms = set(written_forms("ndc", "1234567890"))

    assert forms == {
        "1234567890",
        *("1234-5678-90", "01234-5678-90", "01234567890"),
        *("12345-678-90", "12345-0678-90", "12345067890"),
        *("12345-6789-0", "12345-6789-00", "12345678900"),
    }


def test_a_products_eight_digits_without_dashes_are_a_code_in_each_of_two_layouts() -> None:
    forms = set(written_forms("ndc", "12345678"))

    assert forms == {
        "12345678",
        *("1234-5678", "01234-5678", "012345678"),
        *("12345-678", "12345-0678", "123450678"),
    }


def test_a_set_id_is_the_same_with_dashes_or_without() -> None:
    dashed = "f133fe04-1550-4fa4-9dc4-652c27936bf2"

    assert dashed in written_forms("spl_set_id", dashed.replace("-", "").upper())
    assert dashed.replace("-", "") in written_forms("spl_set_id", dashed)


def test_ten_digits_are_no_code_that_was_published_in_another_layout() -> None:
    """0913-0351-01 is 09130351 01, though filled up it is what 00913-351-01 would be."""
    assert "00913-0351-01" in written_forms("ndc", "0091335101")
    assert "0913-0351-01" not in written_forms("ndc", "0091335101")


@pytest.mark.parametrize(
    "typed",
    ["", "-", "0091", "0091-3351-1", "0091-335-01", "1234567", "0091-3351-01-1", "٠٠٩١-٣٣٥١"],
)
def test_what_is_no_code_has_no_other_forms(typed: str) -> None:
    assert set(written_forms("ndc", typed)) == {typed}


@pytest.mark.parametrize("typed", ["NDA050495", "nda 050495", "NDA 50-495", " Nda50495 "])
def test_an_application_is_the_same_whatever_its_case_blanks_and_zeros(typed: str) -> None:
    assert "NDA050495" in written_forms("application_number", typed)
    assert not is_of_a_monograph("application_number", typed)


def test_an_application_s_number_without_its_type_may_be_of_each() -> None:
    forms = written_forms("application_number", "050495")

    assert {"NDA050495", "ANDA050495", "BLA050495"} < set(forms)
    assert "ANDA050495" not in written_forms("application_number", "NDA050495")


@pytest.mark.parametrize("typed", ["M013", "part341", "505G(a)(3)"])
def test_what_is_no_application_s_number_is_a_monograph_s(typed: str) -> None:
    assert typed in written_forms("application_number", typed)
    assert is_of_a_monograph("application_number", typed)
    assert not is_of_a_monograph("ndc", typed)


@pytest.mark.parametrize(
    ("text", "ndc"),
    [
        ("0115-1010-01", "0115-1010-01"),
        (" NDC 00115-1010-01", "00115-1010-01"),
        ("ndc:0115-1010", "0115-1010"),
        ("00115101001", "00115101001"),
        ("0115101001", "0115101001"),
        ("01151010", None),
        ("12-34", None),
        ("1234-5", None),
        ("NDC", None),
        ("baclofen 0115-1010-01", None),
    ],
)
def test_a_text_is_a_code_if_it_is_nothing_else(text: str, ndc: str | None) -> None:
    assert ndc_in(text) == ndc
