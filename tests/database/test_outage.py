"""How a database that fails is told of: when it begins, now and again, and when it ends."""

import shutil
import time
from pathlib import Path

import anyio.from_thread
import httpx
import pytest

from app.database import outage
from app.settings import Settings
from tests.conftest import AppTransport, running
from tests.processes import until


def test_a_file_that_is_missing_is_told_once_now_and_again_and_when_it_is_back(
    sqlite_template: Path,
    tmp_path: Path,
    portal: anyio.from_thread.BlockingPortal,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(outage, "SECONDS_BETWEEN", 0.4)
    monkeypatch.setattr(outage, "SECONDS_TO_END", 0.1)
    path = tmp_path / "medfacts.db"
    settings = Settings(database_url=f"sqlite:///{path}", cache_seconds=0)
    failed = 0
    with running(settings) as app:
        transport = AppTransport(app, portal)
        with httpx.Client(transport=transport, base_url="http://medfacts") as client:
            begun = time.monotonic()
            while time.monotonic() - begun < 1 or failed < 30:
                assert client.get("/v1/drugs", headers={"X-Request-Id": "mine"}).status_code == 503
                failed += 1
            whole = caplog.messages
            shutil.copy(sqlite_template, path)
            until(lambda: client.get("/v1/drugs") is not None and len(caplog.messages) > len(whole))

    first, *between, last = caplog.messages
    assert first == f"the database: unable to open {path}"
    assert vars(caplog.records[0])["request_id"] == "mine"
    assert 1 <= len(between) <= 2 * (time.monotonic() - begun) / 0.4
    assert all("since the last line" in line and "unable to open" in line for line in between)
    assert last.startswith("the database answers again: for ")
    assert f"and {failed} requests did" in last


def test_a_watcher_that_fails_is_told_of_only_if_it_does_on_and_on_and_no_request_does(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alone, beside = outage.Outage(), outage.Outage()

    alone.doubted("it is silent")
    beside.doubted("no such file")
    alone.doubted("it is silent")
    beside.failed("no such file", "mine")
    monkeypatch.setattr(outage, "SECONDS_OF_DOUBT", 0)
    for each in (alone, beside):
        each.doubted("it is silent")

    assert caplog.messages == [
        "the database: no such file",
        "the database: which release is served cannot be told: it is silent",
    ]
