"""A drug's record with facts stays small: what is left out is whole facts, and is said."""

from typing import Any

import httpx
import pytest

from app.api.included_facts import FRAME, LARGEST_RECORD, within
from tests.conftest import Save, slow_on_postgres
from tests.writing import drug, fact, indication, warning

LONG = "x" * 40_000


def sized(*sizes: int, boxed: tuple[int, ...] = ()) -> list[bytes]:
    """Facts of so many bytes with the commas between them, each another; some boxed."""
    texts = [b'{"boxed":%s}' % (b"true" if i in boxed else b"null") for i in range(len(sizes))]
    return [
        text + b"%c" % (ord("a") + i) * (size - len(text) - 1)
        for i, (text, size) in enumerate(zip(texts, sizes, strict=True))
    ]


@pytest.mark.parametrize(
    ("room", "facts", "kept"),
    [
        (300, {"trials": [100, 100, 100]}, {"trials": 3}),
        (299, {"trials": [100, 100, 100]}, {"trials": 2}),
        # What a smaller kind does not need, the larger ones share.
        (600, {"a": [], "b": [100], "c": [100] * 9, "d": [100] * 8}, {"b": 1, "c": 3, "d": 2}),
        # No fact is passed over for a smaller one behind it.
        (300, {"a": [50, 400, 50]}, {"a": 1}),
        (0, {"a": [50]}, {}),
        (-900, {"a": [50], "b": []}, {}),
    ],
)
def test_the_room_is_shared_and_each_kind_has_its_first_facts(
    room: int, facts: dict[str, list[int]], kept: dict[str, int]
) -> None:
    every = {kind: sized(*sizes) for kind, sizes in facts.items()}

    found = within(room + FRAME * len(every), every)

    assert found == {kind: every[kind][: kept.get(kind, 0)] for kind in facts}


def test_every_boxed_warning_is_kept_in_its_place() -> None:
    warnings = sized(100, 100, 100, 100, 100, boxed=(1, 4))
    facts = {"trials": sized(100, 100, 100), "warnings": warnings}

    found = within(400 + 2 * FRAME, facts)
    without_room = within(0, facts)

    assert found["warnings"] == [warnings[0], warnings[1], warnings[4]]
    assert found["trials"] == facts["trials"][:1]
    assert without_room == {"trials": [], "warnings": [warnings[1], warnings[4]]}


def large(name: str, *others: Any) -> dict[str, Any]:
    """A drug with more warnings than a record has room for, the last two of them boxed."""
    ordinary = [warning(f"a{i:02}", statement=f'"boxed":true {LONG}') for i in range(20)]
    boxed = [warning(f"z{i}", statement=LONG, boxed=True) for i in range(2)]
    return drug(name, *ordinary, *boxed, *others)


@pytest.mark.slow
def test_a_record_with_all_facts_is_small_and_says_what_is_left_out(
    client: httpx.Client, save: Save
) -> None:
    save(large("a", indication("gout"), fact("mechanisms", "m1", statement=LONG)))

    answer = client.get("/v1/drugs/a?include=all", headers={"Accept-Encoding": "identity"})
    record = answer.json()
    some = client.get("/v1/drugs/a?include=indications").json()

    assert 450_000 < len(answer.content) <= LARGEST_RECORD
    assert record["left_out"] == [
        {"kind": "warnings", "included": 11, "total": 22, "all": "/v1/drugs/a/warnings"}
    ]
    listed = client.get(record["left_out"][0]["all"], params={"limit": 100}).json()["items"]
    assert record["warnings"] == listed[:11]
    assert [w["boxed"] for w in record["warnings"]] == [True] * 2 + [None] * 9
    assert record["mechanisms"] == client.get("/v1/drugs/a/mechanisms").json()["items"]
    assert len(record["indications"]) == record["counts"]["indications"] == 1
    assert "left_out" not in some


@pytest.mark.slow
def test_more_fits_beside_a_sparse_record(client: httpx.Client, save: Save) -> None:
    save(large("a") | {"drug": drug("a")["drug"] | {"description": LONG, "cite": CITE}})

    whole = client.get("/v1/drugs/a?include=warnings").json()
    sparse = client.get("/v1/drugs/a?include=warnings&fields=name").json()

    assert list(sparse) == ["id", "name", "left_out", "warnings"]
    assert len(sparse["warnings"]) == len(whole["warnings"]) + 1


@slow_on_postgres
def test_no_boxed_warning_is_left_out_for_want_of_room(client: httpx.Client, save: Save) -> None:
    save(drug("a", *(warning(f"w{i:02}", statement=LONG, boxed=True) for i in range(14))))

    record = client.get("/v1/drugs/a?include=all").json()

    assert len(record["warnings"]) == 14
    assert "left_out" not in record


CITE = {"leaflet": "page 1"}
