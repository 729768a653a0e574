"""`fields`: on every list and record, only what a client names, in its own order."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.http.sparse_fields import SPARSE_JSON, WHOLE_JSON
from tests.conformance import contract
from tests.conftest import Save
from tests.examples import OF_LABELS, OF_TWO, path_of
from tests.writing import drug, warning

RECORD = "/v1/warnings/baclofen-warning-withdrawal"
LIST = "/v1/drugs/baclofen/warnings"


def asked_for() -> list[tuple[str, str]]:
    """Each path that takes `fields`, and the pattern that has the names there are.

    But for those of labels and dosages, of which the seed has none, and of two drugs: see
    `tests.ingest` and `tests.api`.
    """
    return [
        (path_of(operation, template).partition("?")[0], parameter["schema"]["pattern"])
        for template, operation, parameter in parameters()
        if operation["tags"][0] not in (*OF_LABELS, *OF_TWO)
    ]


def parameters() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for template, operation in contract().reads():
        for parameter in operation.get("parameters", []):
            if parameter["name"] == "fields":
                yield template, operation, parameter


def names_in(pattern: str) -> list[str]:
    return pattern.removeprefix("^(").partition(")")[0].split("|")


def picked(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in ("id", *names)}


def test_every_list_and_record_takes_it() -> None:
    without = {
        template
        for template, _ in contract().reads()
        if template.startswith("/v1/") and template not in {t for t, *_ in parameters()}
    }

    assert without == {"/v1/resolve", "/v1/search"}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "pattern"), asked_for())
def test_every_field_of_every_list_and_record_is_given_as_it_is_in_the_whole(
    seeded: httpx.Client, path: str, pattern: str
) -> None:
    whole = seeded.get(path).json()
    names = names_in(pattern)

    for some in [*([name] for name in names), names[:3], names[::-1]]:
        answer = seeded.get(path, params={"fields": ",".join(some)})

        found = answer.json()
        assert answer.headers["content-type"] == SPARSE_JSON
        if "items" in whole:
            assert found == whole | {"items": [picked(item, *some) for item in whole["items"]]}
        else:
            assert found == picked(whole, *some)
            assert list(found) == [name for name in whole if name in found]


def test_the_names_are_all_that_a_record_has(seeded: httpx.Client) -> None:
    for path, pattern in asked_for():
        answer = seeded.get(path)
        body = answer.json()
        record = body["items"][0] if "items" in body else body

        assert answer.headers["content-type"] == WHOLE_JSON
        assert sorted(set(names_in(pattern)) - {"matched"}) == sorted(record), path


def test_an_answer_has_what_was_named_and_its_id(client: httpx.Client, save: Save) -> None:
    save(drug("a", warning("w1"), warning("w2", boxed=True)), drug("b", warning("w1")))

    assert client.get("/v1/drugs/a/warnings?fields=boxed,statement,boxed").json() == {
        "items": [
            {"id": "a-warning-w2", "statement": "w2.", "boxed": True},
            {"id": "a-warning-w1", "statement": "w1.", "boxed": None},
        ],
        "total": 2,
        "next": None,
        "coverage": client.get("/v1/drugs/a/warnings").json()["coverage"],
    }
    assert client.get("/v1/warnings/b-warning-w1?fields=type").json() == {
        "id": "b-warning-w1",
        "type": "warning",
    }
    assert client.get("/v1/drugs/a?fields=name").json() == {"id": "a", "name": "a"}
    assert client.get("/drugs?fields=id&sort=-name").json() == {
        "items": [{"id": "b"}, {"id": "a"}],
        "total": 2,
        "next": None,
    }


@pytest.mark.parametrize(
    "value",
    ["", " ", ",", "id,", ",id", "id, type", "id type", "ID", "nothing", "section.code", "items"],
)
@pytest.mark.parametrize("path", [RECORD, LIST, "/v1/warnings"])
def test_what_is_no_field_is_refused_with_those_there_are(
    seeded: httpx.Client, path: str, value: str
) -> None:
    answer = seeded.get(path, params={"fields": value})

    assert answer.status_code == 422
    [problem] = answer.json()["errors"]
    assert problem["parameter"] == "fields"
    assert problem["detail"].startswith(
        "Expected some of id, drug, statement, certainty, substance, labels, type, category, "
        "boxed, "
        "severity, severity_basis, route, population, trigger, consequences, advice, "
        "warning_class, countries, year, codes, section, "
        "summary, blocks, tables, cross_references, mentions, "
        "citations, with commas between ('"
    )


def test_it_is_refused_twice_and_where_no_record_is_read(seeded: httpx.Client) -> None:
    twice = seeded.get(f"{LIST}?fields=id&fields=type")
    elsewhere = seeded.get("/v1/search?q=gout&fields=id")
    of_a_kind = seeded.get("/v1/drugs/baclofen?include=warnings&fields=id,warnings")

    assert twice.json()["errors"][0]["detail"] == "Is given more than once; give it once."
    assert elsewhere.json()["errors"][0]["detail"].startswith("There is no such parameter.")
    assert "('warnings' is none)" in of_a_kind.json()["errors"][0]["detail"]
    assert {answer.status_code for answer in (twice, elsewhere, of_a_kind)} == {422}


def test_an_unknown_record_is_unknown_whatever_its_fields(seeded: httpx.Client) -> None:
    for path in ("/v1/drugs/nothing", "/v1/warnings/nothing", "/v1/drugs/nothing/warnings"):
        assert seeded.get(f"{path}?fields=id").status_code == 404


@pytest.mark.parametrize("path", [RECORD, LIST, "/v1/drugs/baclofen", "/v1/releases/current"])
def test_head_describes_what_get_sends(seeded: httpx.Client, path: str) -> None:
    got = seeded.get(f"{path}?fields=id")
    headers = seeded.head(f"{path}?fields=id").headers

    assert headers["content-type"] == SPARSE_JSON
    assert headers["content-length"] == got.headers["content-length"]
    assert headers["etag"] == got.headers["etag"] != seeded.get(path).headers["etag"]


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_what_is_known_is_not_sent_again(seeded: httpx.Client, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    path = "/v1/drugs/baclofen/trials?fields=statement,outcomes"
    first = seeded.get(path, headers=asked)
    again = seeded.get(path, headers=asked | {"If-None-Match": first.headers["etag"]})
    other = seeded.get(
        path.replace("statement", "title"), headers=asked | {"If-None-Match": first.headers["etag"]}
    )

    assert first.headers.get("content-encoding", "identity") == coding
    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_the_next_page_has_the_same_fields(seeded: httpx.Client) -> None:
    every = seeded.get(f"{LIST}?limit=100").json()["items"]

    found: list[Any] = []
    path = f"{LIST}?limit=1&fields=type,category"
    while path:
        answer = seeded.get(path)
        page = answer.json()
        found += page["items"]
        assert page["total"] == len(every)
        path = page["next"]
        if path:
            assert "fields=type%2Ccategory" in path
            assert answer.headers["link"] == f'<{path}>; rel="next"'

    assert found == [picked(item, "type", "category") for item in every]


def test_a_list_may_go_on_with_other_fields(seeded: httpx.Client) -> None:
    following = seeded.get(f"{LIST}?limit=1").json()["next"]

    page = seeded.get(f"{following}&fields=id").json()

    assert page["items"] == [picked(seeded.get(following).json()["items"][0])]


def test_the_name_by_which_a_drug_was_found_is_a_field(seeded: httpx.Client) -> None:
    whole = seeded.get("/v1/drugs?q=lior").json()["items"]

    found = seeded.get("/v1/drugs?q=lior&fields=matched").json()["items"]
    unasked = seeded.get("/v1/drugs?q=lior&fields=name").json()["items"]
    unfound = seeded.get("/v1/drugs?fields=matched&limit=1").json()["items"]

    assert found == [{"id": "baclofen", "matched": whole[0]["matched"]}]
    assert unasked == [{"id": "baclofen", "name": "baclofen"}]
    assert unfound == [{"id": "baclofen"}]


def test_what_is_included_stays_whole(seeded: httpx.Client) -> None:
    whole = seeded.get("/v1/drugs/baclofen?include=warnings").json()

    answer = seeded.get("/v1/drugs/baclofen?include=warnings&fields=name")

    assert answer.headers["content-type"] == SPARSE_JSON
    assert answer.json() == picked(whole, "name", "warnings")


def test_a_sparse_schema_is_that_of_the_whole_less_what_it_requires() -> None:
    schemas = contract().document["components"]["schemas"]
    sparse = {
        name
        for name, schema in schemas.items()
        if name.startswith("Sparse") and "items" not in schema["properties"]
    }

    assert "SparseWarning" in sparse
    for name in sparse:
        whole = schemas[name.removeprefix("Sparse")]
        assert schemas[name]["required"] == ["id"]
        assert schemas[name]["properties"] == whole["properties"]
        assert len(whole["required"]) > 1
