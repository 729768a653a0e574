"""Bad input: never a server error, always the one shape, and the same on either engine."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.http.raw import asked_of

UNREADABLE = [
    "%00",
    "a%00b",
    "%ff",
    "%c3",
    "%ed%a0%80",
    "%f5%80%80%80",
    "%c0%80",
    "%zz",
    "%",
    "a%2",
]


@pytest.mark.parametrize("text", UNREADABLE)
@pytest.mark.parametrize(
    "path",
    [
        "/v1/drugs/{}",
        "/v1/drugs/{}/warnings",
        "/v1/warnings/{}",
        "/{}",
        "/v1/drugs?q={}",
        "/v1/drugs?{}=1",
        "/v1/warnings?cursor={}",
        "/drugs?identifier=cas:{}",
        "/nothing?x={}",
        "/health/live?x={}",
    ],
)
def test_what_is_no_text_is_refused_before_any_route(
    seeded_app: FastAPI, portal: Any, path: str, text: str
) -> None:
    status, headers, body = portal.call(asked_of, seeded_app, path.format(text).encode())

    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["type"] == "/docs/problems#bad-request"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/v1/drugs/" + b"a" * 7990, 422),
        (b"/v1/drugs/" + b"a" * 7991, 414),
        (b"/v1/drugs/" + b"a" * 100_000, 414),
        (b"/v1/drugs?q=" + b"a" * 8192, 414),
        (b"/v1/drugs?" + b"a&" * 3900, 422),
        (b"/v1/drugs?" + b"&".join(b"p%d" % i for i in range(1200)), 422),
        (b"/v1/drugs/" + b"a" * 4000 + b"?q=" + b"a" * 4000, 414),
    ],
)
def test_an_address_that_is_too_long_is_refused(
    seeded_app: FastAPI, portal: Any, target: bytes, status: int
) -> None:
    found, _, body = portal.call(asked_of, seeded_app, target)

    assert found == status
    assert len(body) < 10_000


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"x", b"a" * 31_000)], 200),
        ([(b"x", b"a" * 40_000)], 431),
        ([(b"x", b"a" * 100)] * 400, 431),
        ([(b"host", b"medfacts")], 400),
        ([(b"cookie", b"a=b")] * 50, 200),
    ],
)
def test_headers_are_bounded_and_name_one_host(
    seeded_app: FastAPI, portal: Any, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    assert portal.call(asked_of, seeded_app, b"/v1", headers)[0] == status


@pytest.mark.parametrize("host", [b"a b", b"a/b", b"<script>", b"a\\b"])
def test_a_host_that_is_none_is_refused(seeded_app: FastAPI, portal: Any, host: bytes) -> None:
    found = portal.call(asked_of, seeded_app, b"/v1", [], host)

    assert found[0] == 400
    assert host not in found[2]


@pytest.mark.parametrize(
    "path", ["/v1/drugs%2Fbaclofen", "/v1/drugs/baclofen%2fwarnings", "/v1/drugs/a%2F..%2Fb"]
)
def test_an_encoded_slash_separates_no_steps(seeded_app: FastAPI, portal: Any, path: str) -> None:
    assert portal.call(asked_of, seeded_app, path.encode())[0] == 404


@pytest.mark.parametrize(
    "text",
    [
        "%",
        "_",
        "'",
        '"',
        "\\",
        "--",
        ";",
        "' OR 1=1 --",
        "a*",
        "(",
        "NEAR",
        "{}",
        "%%",
        "ü",
        "💊",
        "‮",
    ],
)
def test_what_a_person_types_is_text_and_no_syntax(seeded: httpx.Client, text: str) -> None:
    for path, name in (
        ("/v1/drugs", "q"),
        ("/v1/drugs", "class"),
        ("/v1/trials", "registry_id"),
        ("/v1/indications", "condition"),
    ):
        answer = seeded.get(path, params={name: text})
        assert (answer.status_code, answer.json()["items"]) == (200, []), path
    [resolution] = seeded.get("/v1/resolve", params={"name": text}).json()["items"]
    assert (resolution["match"], resolution["drug"]) == ("none", None)
    assert seeded.get("/v1/search", params={"q": text}).status_code == 200
    assert seeded.get(f"/v1/drugs/{quoted(text)}").status_code == 404


@pytest.mark.parametrize("text", ["\x01", "a\nb", "\x7f", "a\x85b", "\x1f"])
def test_control_characters_are_refused_everywhere(seeded: httpx.Client, text: str) -> None:
    for path in ("/v1/drugs?q={}", "/v1/drugs/{}", "/v1/warnings?drug={}", "/v1/trials/{}"):
        answer = seeded.get(httpx.URL(path.format(quoted(text))))
        assert answer.status_code == 422, path


def quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def test_an_error_repeats_little_of_what_was_sent(seeded: httpx.Client) -> None:
    for path in (f"/{'x' * 5000}", f"/v1?{'x' * 5000}=1", f"/v1/drugs?limit={'9' * 5000}"):
        assert len(seeded.get(path).content) < 1000


@pytest.mark.parametrize("path", ["/v1/drugs", "/health/live", "/docs", "/openapi.json"])
@pytest.mark.parametrize("query", ["?limt=1", "?=1", "?limit[]=1", "?x"])
def test_no_page_ignores_a_parameter(seeded: httpx.Client, path: str, query: str) -> None:
    answer = seeded.get(path + query)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"].startswith("There is no such parameter.")
