"""Validators, freshness and codings, as a cache and a browser meet them."""

import gzip
from collections.abc import Iterator
from typing import Any

import anyio.from_thread
import brotli
import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from tests.conformance import contract
from tests.conftest import AppTransport, Save, slow_on_postgres
from tests.examples import path_of
from tests.writing import drug, warning

RECORD = "/v1/drugs/baclofen"
LARGE = "/v1/drugs/baclofen?include=all"
VOLATILE = {"x-request-id", "date"}
PLAIN = {"Accept-Encoding": "identity"}


def pages() -> Iterator[str]:
    """The paths of the document, but for records of which the seed has none, and other pages."""
    for template, operation in contract().reads():
        if operation["operationId"] not in ("get_dosage", "get_label", "get_product"):
            yield path_of(operation, template)
    yield from ("/docs", "/docs/problems", "/docs/start.js", "/openapi.json")
    yield from ("/docs/assets/swagger-ui.css", "/.well-known/api-catalog")


def data() -> list[str]:
    return [path for path in pages() if not path.startswith("/health")]


@slow_on_postgres
def test_every_answer_can_be_validated_and_says_how_long_it_holds(seeded: httpx.Client) -> None:
    for path in [*data(), "/drugs/baclofen/warnings?limit=1", "/"]:
        answer = seeded.get(path)

        assert answer.status_code == 200
        weak = "W/" if path.startswith("/fhir/") else ""
        assert answer.headers["etag"].startswith(f'{weak}"'), path
        assert answer.headers["last-modified"].endswith(" GMT"), path
        assert "Accept-Encoding" in answer.headers["vary"], path
        known = {"If-None-Match": answer.headers["etag"]}
        again = seeded.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b""), path
        of_the_body = {"content-length", "content-type", "content-encoding"}
        assert without(again.headers, VOLATILE) == without(answer.headers, VOLATILE | of_the_body)


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{etag}", 304),
        ("W/{etag}", 304),
        ("*", 304),
        ('"a", W/"b,c" , {etag}', 304),
        ('"a"', 200),
        ('"{bare}x"', 200),
        ("{bare}", 200),
        ("x{etag}", 200),
        ("{etag}junk", 200),
        ("w/{etag}", 200),
        ("", 200),
    ],
)
def test_if_none_match_compares_weakly_and_in_lists(
    seeded: httpx.Client, condition: str, status: int
) -> None:
    etag = seeded.get(RECORD).headers["etag"]
    sent = condition.format(etag=etag, bare=etag.strip('"'))

    answer = seeded.get(RECORD, headers={"If-None-Match": sent})

    assert answer.status_code == status
    assert answer.headers["etag"] == etag


def test_if_modified_since_is_heeded_where_if_none_match_is_not_given(seeded: httpx.Client) -> None:
    first = seeded.get(RECORD).headers

    def status(**conditions: str) -> int:
        headers = {name.replace("_", "-"): value for name, value in conditions.items()}
        return seeded.get(RECORD, headers=headers).status_code

    assert status(If_Modified_Since=first["last-modified"]) == 304
    assert status(If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT") == 304
    assert status(If_Modified_Since="Sun Nov  6 08:49:37 1994") == 200
    assert status(If_Modified_Since="yesterday") == 200
    assert status(If_Modified_Since="Fri, 01 Jan 2100 00:00:00 +0000") == 200
    assert status(If_Modified_Since="Fri, 99 Jan 2100 00:00:00 GMT") == 200
    assert status(If_Modified_Since=first["last-modified"], If_None_Match='"other"') == 200
    assert status(If_Modified_Since="Sun Nov  6 08:49:37 1994", If_None_Match=first["etag"]) == 304


def test_a_representation_that_is_not_the_named_one_is_a_412(seeded: httpx.Client) -> None:
    first = seeded.get(RECORD).headers

    def status(name: str, value: str) -> int:
        return seeded.get(RECORD, headers={name: value}).status_code

    assert status("If-Match", first["etag"]) == 200
    assert status("If-Match", "*") == 200
    assert status("If-Match", "W/" + first["etag"]) == 412
    assert status("If-Match", '"other"') == 412
    assert status("If-Unmodified-Since", first["last-modified"]) == 200
    assert status("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT") == 412


def test_several_lines_of_a_header_are_one_list(seeded: httpx.Client) -> None:
    etag = seeded.get(LARGE, headers=PLAIN).headers["etag"]
    known = [("Accept-Encoding", "identity"), ("If-None-Match", '"a"'), ("If-None-Match", etag)]
    coded = [("Accept-Encoding", "identity;q=0.1"), ("Accept-Encoding", "gzip")]

    assert seeded.get(LARGE, headers=known).status_code == 304
    assert seeded.head(LARGE, headers=known).status_code == 304
    assert seeded.get(LARGE, headers=coded).headers["content-encoding"] == "gzip"


def test_conditions_never_turn_an_error_into_a_304(seeded: httpx.Client) -> None:
    for path, status in (("/v1/drugs/baclofin", 404), ("/nothing", 404), ("/v1?x=1", 422)):
        answer = seeded.get(path, headers={"If-None-Match": "*"})

        assert answer.status_code == status
        assert "etag" not in answer.headers


def test_a_new_release_changes_what_it_changes_and_nothing_else(
    client: httpx.Client, save: Save
) -> None:
    save(drug("a", warning("w1")), drug("b"))
    before = {path: client.get(path).headers for path in ("/v1/drugs/a", "/v1/drugs/b", "/v1")}

    save(drug("a", warning("w1"), warning("w2")), drug("b"))
    after = {path: client.get(path).headers for path in before}

    assert before["/v1/drugs/a"]["etag"] != after["/v1/drugs/a"]["etag"]
    assert before["/v1"]["etag"] != after["/v1"]["etag"]
    assert before["/v1/drugs/b"]["etag"] == after["/v1/drugs/b"]["etag"]
    since = {"If-Modified-Since": before["/v1/drugs/a"]["last-modified"]}
    assert client.get("/v1/drugs/a", headers=since).status_code == 200
    since = {"If-Modified-Since": after["/v1/drugs/a"]["last-modified"]}
    assert client.get("/v1/drugs/a", headers=since).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0, br;q=0", None),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", None),
        ("identity", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("deflate", None),
        ("gzip;q=nonsense", None),
        ("", None),
    ],
)
def test_bodies_are_sent_in_the_coding_that_is_asked_for(
    seeded: httpx.Client, accepted: str, coding: str | None
) -> None:
    plain = seeded.get(LARGE, headers=PLAIN)
    decode = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}[coding]

    with seeded.stream("GET", LARGE, headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())

    assert answer.headers.get("content-encoding") == coding
    assert decode(sent) == plain.content
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    suffix = f'-{coding}"' if coding else '"'
    assert answer.headers["etag"] == plain.headers["etag"][:-1] + suffix
    assert coding is None or len(sent) * 3 < len(plain.content)


def test_each_coding_is_validated_by_its_own_etag(seeded: httpx.Client) -> None:
    plain = seeded.get(LARGE, headers=PLAIN).headers["etag"]
    zipped = seeded.get(LARGE, headers={"Accept-Encoding": "gzip"}).headers["etag"]

    def status(coding: str, etag: str) -> int:
        headers = {"Accept-Encoding": coding, "If-None-Match": etag}
        return seeded.get(LARGE, headers=headers).status_code

    assert plain != zipped
    assert (status("gzip", zipped), status("identity", plain)) == (304, 304)
    assert (status("gzip", plain), status("identity", zipped)) == (200, 200)


def test_tiny_bodies_errors_and_pictures_are_left_alone(seeded: httpx.Client) -> None:
    for path in ("/v1/conditions?q=liver", "/v1/drugs/nothing", "/docs/assets/favicon-32x32.png"):
        answer = seeded.get(path, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in answer.headers


def test_parts_of_a_representation_are_not_served(seeded: httpx.Client) -> None:
    for path in (RECORD, "/docs/assets/swagger-ui.css"):
        answer = seeded.get(path, headers={"Range": "bytes=0-1"})
        assert (answer.status_code, "content-range" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    ("path", "freshness"),
    [
        ("/v1/drugs/baclofen", "max-age=300, must-revalidate"),
        ("/drugs/baclofen/warnings", "max-age=300, must-revalidate"),
        ("/v1/trials", "max-age=300, must-revalidate"),
        ("/v1", "max-age=10, must-revalidate"),
        ("/", "max-age=10, must-revalidate"),
        ("/v1/releases/current", "max-age=10, must-revalidate"),
        ("/openapi.json", "max-age=3600, must-revalidate"),
        ("/docs", "max-age=3600, must-revalidate"),
        ("/health/live", "no-store"),
        ("/health/ready", "no-store"),
        ("/v1/drugs/nothing", "no-store"),
        ("/v1/drugs?limit=0", "no-store"),
        ("/nothing", "no-store"),
    ],
)
def test_caches_learn_how_long_each_kind_of_resource_holds(
    seeded: httpx.Client, path: str, freshness: str
) -> None:
    assert seeded.get(path).headers["cache-control"] == freshness


def test_freshness_is_a_setting(
    database: Settings, save: Save, portal: anyio.from_thread.BlockingPortal
) -> None:
    settings = database.model_copy(update={"max_age_data": 7, "max_age_docs": 0})
    save(drug("a"))
    app = create_app(settings)

    with httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts") as client:
        assert "max-age=7," in client.get("/v1/drugs/a").headers["cache-control"]
        assert client.get("/docs").headers["cache-control"] == "no-cache"
    app.close()


@slow_on_postgres
def test_head_is_get_less_its_body_on_every_route(seeded: httpx.Client) -> None:
    odd = ["/v1/drugs/nothing", "/nothing", "/v1/drugs?limit=0", "/drugs", "/health/live"]
    for path in [*pages(), *odd]:
        for accepted in ("identity", "gzip"):
            headers = {"Accept-Encoding": accepted}
            got, head = (seeded.request(m, path, headers=headers) for m in ("GET", "HEAD"))

            assert (head.status_code, head.content) == (got.status_code, b""), path
            assert without(head.headers, VOLATILE) == without(got.headers, VOLATILE), path
            assert "content-length" in head.headers


def without(headers: httpx.Headers, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if name not in names}
