"""What is logged of a database that fails."""

import pytest

from app.http import outage
from app.http.outage import Outage


def test_it_is_logged_when_it_begins_once_a_minute_and_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr(outage, "monotonic", lambda: now)
    database = Outage()
    database.ended()
    for _ in range(130):
        database.failed("out of reach", "an-id")
        now += 1
    database.ended()
    database.ended()

    assert [record.getMessage() for record in caplog.records] == [
        "the database fails: out of reach",
        "the database has failed for 60 s, 61 times: out of reach",
        "the database has failed for 120 s, 121 times: out of reach",
        "the database answers again, after 130 s and 130 failures",
    ]
    assert caplog.records[0].request_id == "an-id"  # type: ignore[attr-defined]


def test_the_next_one_is_logged_at_once(caplog: pytest.LogCaptureFixture) -> None:
    database = Outage()
    for _ in range(2):
        database.failed("gone")
        database.ended()

    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"] * 2
