"""Load shedding: who is let in, who waits, and who is told to come back."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from app.http import load_shedding
from app.http.headers import CommonHeaders
from app.http.load_shedding import LoadShedding
from app.http.problems import ServerErrorMiddleware
from app.http.request_limits import RequestLimits
from app.http.response_cache import ResponseCache
from app.settings import Settings
from tests.conformance import contract
from tests.conftest import Save
from tests.http.serving import serving
from tests.processes import until
from tests.writing import drug, warning


class Work:
    """An app that is busy until it is told that it is done."""

    def __init__(self) -> None:
        self.doing: list[str] = []
        self.done = asyncio.Event()

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        self.doing.append(scope["path"])
        if not scope["path"].startswith("/health"):
            await self.done.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


async def status(app: Any, path: str, body: list[bytes] | None = None) -> int:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"medfacts")],
    }
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
        elif body is not None:
            body.append(message["body"])

    await app(scope, None, send)
    return statuses[0]


def layered(work: Work, **limits: Any) -> CommonHeaders:
    return CommonHeaders(ServerErrorMiddleware(RequestLimits(LoadShedding(work, **limits))))


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))


class Clock:
    """A clock that stands still, however busy the machine is, until a test moves it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What load shedding measures by, with a second as the first guess at a request's time."""
    clock = Clock()
    monkeypatch.setattr(load_shedding, "monotonic", clock)
    monkeypatch.setattr(load_shedding, "AT_FIRST", 1.0)
    return clock


async def soon() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_as_many_as_may_are_let_in_and_the_others_wait_their_turn() -> None:
    async def story() -> None:
        work = Work()
        app = layered(work, at_once=2, longest_wait=30)
        asked = [asyncio.create_task(status(app, f"/{i}")) for i in range(5)]
        await soon()
        assert work.doing == ["/0", "/1"]
        work.done.set()

        assert await asyncio.gather(*asked) == [200] * 5
        assert work.doing == [f"/{i}" for i in range(5)]

    run(story)


@pytest.mark.usefixtures("clock")
def test_what_would_wait_too_long_is_refused_at_once_and_nothing_is_after_that() -> None:
    async def story() -> None:
        work = Work()
        app = layered(work, at_once=1, longest_wait=10)  # it begins with a second each
        asked = [asyncio.create_task(status(app, "/slow")) for _ in range(30)]
        await soon()
        refused = [task for task in asked if task.done()]
        body: list[bytes] = []

        assert len(refused) == 19  # one is let in, ten wait
        assert {task.result() for task in refused} == {503}
        assert await status(app, "/slow", body) == 503
        assert b"/docs/problems#overloaded" in body[0]
        assert await status(app, "/health/live") == 200
        work.done.set()
        await asyncio.gather(*asked)
        assert await status(app, "/slow") == 200

    run(story)


def test_the_slower_the_answers_the_fewer_may_wait(clock: Clock) -> None:
    async def story() -> None:
        work = Work()
        app = layered(work, at_once=1, longest_wait=20)
        for _ in range(60):
            work.done.clear()
            slow = asyncio.create_task(status(app, "/slow"))
            await soon()
            clock.now += 2
            work.done.set()
            assert await slow == 200
        work.done.clear()
        asked = [asyncio.create_task(status(app, "/slow")) for _ in range(100)]
        await soon()
        waiting = sum(not task.done() for task in asked) - 1
        work.done.set()
        await asyncio.gather(*asked)

        assert waiting == 10  # at two seconds each, for twenty

    run(story)


@pytest.mark.usefixtures("clock")
def test_a_place_is_expected_as_many_times_sooner_as_there_are_places() -> None:
    async def story() -> None:
        work = Work()
        app = layered(work, at_once=5, longest_wait=20)
        asked = [asyncio.create_task(status(app, "/slow")) for _ in range(200)]
        await soon()

        assert sum(not task.done() for task in asked) == 5 + 100  # of a second each
        work.done.set()
        await asyncio.gather(*asked)

    run(story)


def test_while_nothing_moves_nobody_waits_for_long_and_afterwards_all_is_well(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_shedding, "AT_FIRST", 0.001)

    async def story() -> None:
        work = Work()
        app = layered(work, at_once=1, longest_wait=0.1)
        begun = time.monotonic()
        asked = [asyncio.create_task(status(app, "/stuck")) for _ in range(4)]
        assert await asyncio.gather(*asked[1:]) == [503] * 3
        assert time.monotonic() - begun > 0.19
        clock.now += 0.2
        assert await status(app, "/new") == 503  # for what is inside has been there too long
        work.done.set()
        assert await asked[0] == 200
        assert await asyncio.gather(*(status(app, "/new") for _ in range(5))) == [200] * 5

    run(story)


def test_one_who_goes_with_its_turn_in_hand_hands_it_on() -> None:
    async def story() -> None:
        work = Work()
        app = layered(work, at_once=1, longest_wait=30)
        asked = [asyncio.create_task(status(app, f"/{i}")) for i in range(3)]
        await soon()
        work.done.set()
        asked[0].add_done_callback(lambda _: asked[1].cancel())
        await asyncio.gather(*asked, return_exceptions=True)

        assert await status(app, "/after") == 200

    run(story)


def test_one_who_goes_while_waiting_or_inside_leaves_no_hole() -> None:
    async def story() -> None:
        work = Work()
        app = layered(work, at_once=1, longest_wait=30)
        asked = [asyncio.create_task(status(app, f"/{i}")) for i in range(4)]
        await soon()
        asked[1].cancel()
        asked[0].cancel()
        await soon()
        assert work.doing == ["/0", "/2"]
        asked[2].cancel()
        asked[3].cancel()
        await soon()
        work.done.set()

        assert await status(app, "/after") == 200
        assert work.doing[-1] == "/after"

    run(story)


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_client_that_does_not_read_holds_no_place(method: str) -> None:
    async def story() -> None:
        work = Work()
        work.done.set()

        async def check() -> Any:
            return (1,)

        shedding = layered(work, at_once=1, longest_wait=0)
        app = ResponseCache(shedding, check, max_bytes=0, holds=1)
        never = asyncio.Event()

        async def unread(_: Any) -> None:
            await never.wait()

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": "/a",
            "raw_path": b"/a",
            "query_string": b"",
            "headers": [(b"host", b"medfacts")],
        }
        stuck = [asyncio.create_task(app(dict(scope), None, unread)) for _ in range(20)]  # type: ignore[arg-type] # a toy
        await soon()
        assert await status(app, "/b") == 200
        for task in stuck:
            task.cancel()

    run(story)


@pytest.mark.slow
def test_a_server_that_is_asked_too_much_says_so_and_stays_itself(
    database: Settings, save: Save
) -> None:
    save(drug("a", *(warning(f"w{i}") for i in range(20))))
    few = database.model_copy(update={"pool_size": 1, "longest_wait": 0.005, "cache_bytes": 0})
    with serving(few) as port, ExitStack() as stack:
        address = f"http://127.0.0.1:{port}"
        *clients, live = (
            stack.enter_context(httpx.Client(base_url=address, timeout=30)) for _ in range(41)
        )
        answers: list[httpx.Response] = []
        enough = threading.Event()

        def insist(client: httpx.Client) -> None:
            while not enough.is_set():
                answers.append(client.get("/v1/drugs/a?include=all"))

        with ThreadPoolExecutor(40) as threads, ExitStack() as end:
            end.callback(enough.set)
            asking = [threads.submit(insist, client) for client in clients]
            until(lambda: {answer.status_code for answer in answers} == {200, 503})
            before = len(answers)
            assert [live.get("/health/live").status_code for _ in range(20)] == [200] * 20
            meanwhile = len(answers) - before
            enough.set()
            for each in asking:
                each.result()
        assert live.get("/v1/drugs/a").status_code == 200

    assert {answer.status_code for answer in answers} == {200, 503}
    assert meanwhile < 20 * 40 * 10  # of forty that ask by turns with it
    refused = next(answer for answer in answers if answer.status_code == 503)
    contract().hold(refused.request, refused)
    assert refused.json()["type"] == "/docs/problems#overloaded"
    assert all(a.headers["retry-after"] == "1" for a in answers if a.status_code == 503)
