"""MeSH codes are served as MeSH writes them, or not at all."""

import pytest

from app.names.mesh import mesh_code


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("D006973", "D006973"),
        ("D000006973", "D006973"),
        ("D000086382", "D000086382"),
        ("C536030", "C536030"),
        ("C000536030", "C536030"),
        ("C000657245", "C000657245"),
        (" D006973 ", "D006973"),
        ("D6973", None),
        ("D0069730", None),
        ("d006973", None),
        ("M0010588", None),
        ("D00697３", None),  # noqa: RUF001 # a digit, and none of ASCII
        ("Hypertension", None),
        ("", None),
    ],
)
def test_a_code_is_as_mesh_writes_it_or_none(printed: str, code: str | None) -> None:
    assert mesh_code(printed) == code
