"""What a server writes down: a line for each request if asked, and nothing that a client forges."""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.logs import JsonLines, TextLines
from tests.processes import running_server, seeded_file, until

BACLOFEN = "/v1/drugs/baclofen"


def events(lines: list[str]) -> list[dict[str, Any]]:
    """Every line, each of which has to be JSON."""
    return [json.loads(line) for line in lines]


@pytest.mark.slow
def test_each_request_is_one_line_of_json_with_its_id(tmp_path: Path) -> None:
    asked = {"X-Request-Id": "mine-1", "User-Agent": "a browser"}
    wanted = {"MEDFACTS_ACCESS_LOG": "true", "MEDFACTS_LOG_FORMAT": "json"}
    with running_server(seeded_file(tmp_path), environment=wanted) as server:
        with httpx.Client(base_url=server.url) as client:
            first = client.get(BACLOFEN, headers=asked)
            again = client.get(BACLOFEN)
            same = client.get(BACLOFEN, headers={"If-None-Match": again.headers["etag"]})
            head = client.head(BACLOFEN, headers={"X-Forwarded-For": "192.0.2.1"})
            refused = client.get("/v1/drugs/%00")
        until(lambda: sum('"method"' in line for line in server.logged) == 5)
        logged = [event for event in events(server.logged) if "method" in event]

    answers = [a.headers for a in (first, again, same, head, refused)]
    assert [event["request_id"] for event in logged] == [a["x-request-id"] for a in answers]
    assert logged[0]["request_id"] == "mine-1"
    assert [event["cache"] for event in logged] == ["miss", "hit", "revalidated", "hit", "bypass"]
    assert [event["status"] for event in logged] == [200, 200, 304, 200, 400]
    size = int(first.headers["content-length"])
    assert [event["bytes"] for event in logged][:4] == [size, size, 0, 0]
    assert [event["method"] for event in logged] == ["GET", "GET", "GET", "HEAD", "GET"]
    assert {event["route"] for event in logged[:4]} == {"/v1/drugs/{drug_id}"}
    assert {event["client"] for event in logged} == {"127.0.0.1"}
    assert logged[0]["release"] == first.headers["data-release"] == logged[2]["release"]
    assert (logged[0]["user_agent"], logged[3]["forwarded_for"]) == ("a browser", "192.0.2.1")
    assert all(0 < event["ms"] < 60_000 and event["level"] == "info" for event in logged)
    assert all(event["time"].endswith("+00:00") for event in logged)


@pytest.mark.slow
def test_no_request_is_a_line_unless_that_is_asked_for(tmp_path: Path) -> None:
    with running_server(seeded_file(tmp_path)) as server:
        httpx.get(server.url + BACLOFEN)
        server.stop()
        until(lambda: any("Finished" in line for line in server.logged))

    assert not any(BACLOFEN in line for line in server.logged)


@pytest.mark.parametrize("lines", [TextLines, JsonLines])
def test_what_a_client_sends_begins_no_line_and_a_secret_stands_in_none(
    lines: type[TextLines] | type[JsonLines],
) -> None:
    sent = "a\nINFO forged\r\x1b[2J\x85\u2028b"
    try:
        raise ValueError(f"{sent} hunter22")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("medfacts", 40, "", 0, "%s: hunter22", (sent,), error)
    record.request_id, record.fields = "id-1", {"user_agent": sent}

    line = lines(["hunter22"]).format(record)

    own, *trace = line.split("\n")
    assert "hunter22" not in line
    assert "id-1" in own
    assert all(each.startswith("    ") for each in trace)
    assert not any(control in line for control in "\r\x1b\x85\u2028")
    assert len(trace) == 0 or lines is TextLines
