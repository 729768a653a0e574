"""The response cache: what it stores, for how long, and for whom.

That it changes no answer is held in every test that asks an app of `conftest`.
"""

import asyncio
import gc
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from app.http import request_limits, response_cache
from app.http.conditional_requests import Answer, answer_of
from app.http.exchange import Exchange
from app.http.headers import CommonHeaders
from app.http.response_cache import OVERHEAD, ResponseCache
from app.main import Api
from app.settings import Settings
from tests.conftest import Save
from tests.http.raw import Connection
from tests.http.serving import serving
from tests.processes import until
from tests.writing import drug, warning

MUCH = 1_000_000


class Origin:
    """An app that counts what it is asked, and answers as the test has it."""

    def __init__(self, *, size: int = 100, **headers: str) -> None:
        self.number, self.release = 1, "one"
        self.size = size
        self.headers = headers
        self.status = 200
        self.asked: Counter[str] = Counter()
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        self.asked[scope["path"]] += 1
        Exchange.of(scope).release = (self.number, self.release)
        release = self.release
        status = self.status
        await self.gate.wait()
        headers = {"cache-control": "max-age=9", "vary": "accept-encoding"} | self.headers
        raw = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        body = f"{release} {scope['path']} ".encode().ljust(self.size, b".")
        await send({"type": "http.response.body", "body": body})


def cached(origin: Origin, *, max_bytes: int = MUCH, holds: float = 60) -> ResponseCache:
    async def check() -> Any:
        return origin.number, origin.release

    return ResponseCache(CommonHeaders(origin), check, max_bytes=max_bytes, holds=holds)


async def ask(cache: ResponseCache, target: str, **headers: str) -> Answer:
    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    return await answer_of(cache, scope_of(target, **headers), receive)


def scope_of(target: str, **headers: str) -> dict[str, Any]:
    path, _, query = target.partition("?")
    named = {"host": "medfacts"} | {n.replace("_", "-"): v for n, v in headers.items()}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))


async def soon() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Clock:
    """A clock that stands still, however busy the machine is, until a test moves it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the cache tells by how old an answer is."""
    clock = Clock()
    monkeypatch.setattr(response_cache, "monotonic", clock)
    return clock


def test_those_who_ask_for_the_same_at_once_have_it_asked_for_once() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin)
        origin.gate.clear()
        waiting = [asyncio.create_task(ask(cache, "/a")) for _ in range(50)]
        await soon()
        origin.gate.set()
        answers = await asyncio.gather(*waiting)

        assert origin.asked["/a"] <= 2  # before the first answer nobody knows what it varies by
        assert {answer.body for answer in answers} == {answers[0].body}
        assert len({answer.header(b"x-request-id") for answer in answers}) == 50
        await asyncio.gather(*(ask(cache, "/b") for _ in range(50)))
        assert origin.asked["/b"] == 1

    run(story)


def test_parameters_in_another_order_or_encoding_are_the_same() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin)
        for query in ("limit=5&q=a+b", "q=a%20b&limit=5", "%71=a b&limit=5"):
            await ask(cache, f"/a?{query}")

        assert origin.asked["/a"] == 1
        for other in ("limit=5", "limit=5&q=ab", "q=a&q=b", "q=b&q=a", "", "q=", "q"):
            await ask(cache, f"/a?{other}")
        assert origin.asked["/a"] == 7  # `q=` and `q` are the same too

    run(story)


def test_what_is_refused_as_malformed_is_never_answered_from_the_cache() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin)
        await ask(cache, "/a?q=%25zz")
        await ask(cache, "/a?q=%zz")
        assert origin.asked["/a"] == 2
        await ask(cache, "/b")
        await ask(cache, "/b", host="a b")
        await ask(cache, "/b", cookie="x" * 40_000)
        assert origin.asked["/b"] == 3

    run(story)


@pytest.mark.parametrize("name", ["Accept", "Origin"])
def test_an_answer_is_cached_by_every_header_that_it_varies_by(name: str) -> None:
    async def story() -> None:
        origin = Origin(vary=f"Accept-Encoding, {name}")
        cache = cached(origin)
        for value in ("text/html", "application/json") * 3:
            await ask(cache, "/a", **{name.lower(): value})

        assert origin.asked["/a"] == 2

    run(story)


def test_an_answer_is_cached_by_the_coding_that_a_client_prefers() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin)
        for coding in ("gzip", "gzip;q=0.5", "x-gzip-not, gzip", "br", "gzip, br", "", "identity"):
            await ask(cache, "/a", accept_encoding=coding)

        assert origin.asked["/a"] == 3

    run(story)


@pytest.mark.parametrize(
    ("status", "headers"),
    [(404, {}), (503, {}), (500, {}), (200, {"cache_control": "no-store"}), (200, {"vary": "*"})],
)
def test_errors_and_what_must_not_be_stored_are_never_cached(
    status: int, headers: dict[str, str]
) -> None:
    async def story() -> None:
        origin = Origin()
        origin.headers = headers
        origin.status = status
        cache = cached(origin)
        for _ in range(3):
            assert (await ask(cache, "/a")).status == status

        assert origin.asked["/a"] == 3

    run(story)


def test_an_error_is_the_answer_of_the_one_who_asked_only() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin)
        await ask(cache, "/warm")
        origin.gate.clear()
        origin.status = 503
        first = asyncio.create_task(ask(cache, "/a"))
        await soon()
        second = asyncio.create_task(ask(cache, "/a"))
        await soon()
        assert origin.asked["/a"] == 1
        origin.status = 200
        origin.gate.set()
        assert [(await first).status, (await second).status] == [503, 200]

    run(story)


def test_what_was_hit_last_stays_longest() -> None:
    async def story() -> None:
        origin = Origin(size=10_000)
        cache = cached(origin, max_bytes=38_000)
        for path in ("/a", "/b", "/c"):
            await ask(cache, path)
            await ask(cache, path)  # and from now on it is a hit
        await ask(cache, "/a")
        await ask(cache, "/d")
        await ask(cache, "/a")

        assert origin.asked["/a"] == 1
        await ask(cache, "/b")
        assert origin.asked["/b"] == 2

    run(story)


def test_an_address_or_header_of_great_length_is_not_cached() -> None:
    async def story() -> None:
        origin = Origin(vary="Origin")
        cache = cached(origin)
        for _ in range(3):
            await ask(cache, "/a", origin="https://" + "a" * 5000)
            await ask(cache, "/b?q=" + "b" * 5000)

        assert origin.asked == {"/a": 3, "/b": 3}

    run(story)


def test_what_was_sent_longest_ago_goes_first_and_the_bound_holds() -> None:
    async def story() -> None:
        origin = Origin(size=10_000)
        cache = cached(origin, max_bytes=38_000)
        for path in ("/a", "/b", "/c", "/a", "/d", "/a", "/b"):
            await ask(cache, path)

        assert origin.asked == {"/a": 1, "/b": 2, "/c": 1, "/d": 1}
        origin.size = 40_000
        await ask(cache, "/large")
        await ask(cache, "/large")
        assert origin.asked["/large"] == 2

    run(story)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "hosts"), [(200, 1), (3000, 1), (200, 8)])
def test_the_bound_counts_what_is_cached_as_the_memory_does(size: int, hosts: int) -> None:
    async def story() -> None:
        origin = Origin(size=size, etag='"0123456789abcdef"')
        cache = cached(origin, max_bytes=2_000_000)
        await ask(cache, "/first")
        gc.collect()
        tracemalloc.start()
        for i in range(2 * 2_000_000 // (size + OVERHEAD)):
            for n in range(hosts + 1):  # how it was written is remembered by the second time
                host = f"{n % hosts}.{'example.' * 40 * (hosts > 1)}"
                await ask(cache, f"/v1/drugs/a-drug-of-some-name-{i}", host=host)
        origin.asked.clear()
        request_limits.remembered_target.cache_clear()  # a fixed part: that of 4096 short addresses
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert 1_400_000 < taken < 2_000_000, taken

    run(story)


def test_an_answer_that_was_begun_under_an_older_release_is_not_cached() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin, holds=0)
        await ask(cache, "/warm")
        origin.gate.clear()
        old = asyncio.create_task(ask(cache, "/a"))
        await soon()
        origin.number, origin.release = 2, "two"
        new = asyncio.create_task(ask(cache, "/a"))
        await soon()
        origin.gate.set()

        assert (await old).body.startswith(b"one")
        assert (await new).body.startswith(b"two")
        for _ in range(3):
            assert (await ask(cache, "/a")).body.startswith(b"two")
        assert origin.asked["/a"] == 2

    run(story)


def test_of_two_answers_at_once_the_later_release_counts_whichever_ends_last() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin)
        await ask(cache, "/warm")
        origin.gate.clear()
        old = asyncio.create_task(ask(cache, "/old"))
        await soon()
        gate, origin.gate = origin.gate, asyncio.Event()
        origin.gate.set()
        origin.number, origin.release = 2, "two"
        assert (await ask(cache, "/new")).body.startswith(b"two")
        gate.set()
        assert (await old).body.startswith(b"one")

        assert (await ask(cache, "/old")).body.startswith(b"two")
        assert (await ask(cache, "/warm")).body.startswith(b"two")

    run(story)


def test_an_older_release_is_believed_where_nothing_newer_was_read_since() -> None:
    """A database that was put back, as by a backup: what is in it is what is served."""

    async def story() -> None:
        origin = Origin()
        origin.number, origin.release = 7, "seven"
        cache = cached(origin, holds=0)
        await ask(cache, "/a")
        origin.number, origin.release = 3, "three"
        assert (await ask(cache, "/a")).body.startswith(b"three")

    run(story)


def test_who_waits_for_anothers_answer_gets_none_that_is_too_old_by_then(clock: Clock) -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin, holds=0.05)
        await ask(cache, "/warm")
        origin.gate.clear()
        first = asyncio.create_task(ask(cache, "/a"))
        await soon()
        second = asyncio.create_task(ask(cache, "/a"))
        await soon()
        clock.now += 0.1
        origin.number, origin.release = 2, "two"
        origin.gate.set()

        assert (await first).body.startswith(b"one")
        assert (await second).body.startswith(b"two")

    run(story)


def test_an_answer_counts_as_fresh_from_when_it_was_asked_for(clock: Clock) -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin, holds=0.05)
        origin.gate.clear()
        slow = asyncio.create_task(ask(cache, "/a"))
        await soon()
        clock.now += 0.06
        origin.number, origin.release = 2, "two"
        origin.gate.set()
        await slow

        assert (await ask(cache, "/a")).body.startswith(b"two")

    run(story)


def test_a_release_that_an_answer_brings_is_noticed_without_asking() -> None:
    async def story() -> None:
        origin = Origin()
        cache = cached(origin)
        assert (await ask(cache, "/a")).body.startswith(b"one")
        origin.number, origin.release = 2, "two"
        await ask(cache, "/b")
        assert (await ask(cache, "/a")).body.startswith(b"two")

    run(story)


def test_while_the_release_cannot_be_read_nothing_that_is_cached_is_sent(
    clock: Clock,
) -> None:
    async def story() -> None:
        origin = Origin()

        async def fail() -> Any:
            raise OSError

        cache = ResponseCache(CommonHeaders(origin), fail, max_bytes=MUCH, holds=0.05)
        await ask(cache, "/a")
        await ask(cache, "/a")
        assert origin.asked["/a"] == 1
        clock.now += 0.06
        await ask(cache, "/a")
        assert origin.asked["/a"] == 2

    run(story)


def test_a_check_that_hangs_holds_nobody_up_for_long() -> None:
    async def story() -> None:
        origin = Origin()
        never: Any = asyncio.Event().wait
        cache = ResponseCache(CommonHeaders(origin), never, max_bytes=MUCH, holds=0)
        await ask(cache, "/a")

    run(story)


@pytest.mark.slow
def test_health_is_asked_for_every_time(client: httpx.Client, app: Api, save: Save) -> None:
    save(drug("a"))
    assert client.get("/health/ready").json()["release"]
    for path in ("/health/live", "/health/ready"):
        assert client.get(path).headers["cache-control"] == "no-store"


# Over a socket


@pytest.mark.slow
def test_the_bytes_on_the_wire_are_the_same_with_and_without_it(
    database: Settings, save: Save
) -> None:
    save(drug("a", *(warning(f"w{i}") for i in range(9))))
    none = database.model_copy(update={"cache_bytes": 0})
    head = b"Host: medfacts\r\nX-Request-Id: mine\r\n"
    with serving(database) as port, serving(none) as bare_port:
        etag = wire(bare_port, b"GET /v1/drugs/a HTTP/1.1\r\n" + head + b"\r\n")
        known = b"If-None-Match: " + etag.split(b"etag: ")[1].split(b"\r\n")[0] + b"\r\n"
        for line in (
            b"GET /v1/drugs/a HTTP/1.1\r\n",
            b"GET /v1/drugs/a HTTP/1.0\r\n",
            b"GET /v1/drugs/a HTTP/1.0\r\nConnection: keep-alive\r\n",
            b"GET /v1/drugs/a HTTP/1.1\r\nConnection: close\r\n",
            b"HEAD /v1/drugs/a HTTP/1.1\r\n",
            b"GET /drugs/a HTTP/1.1\r\n",
            b"GET /v1/warnings?limit=2 HTTP/1.1\r\n",
            b"GET /v1/drugs/a HTTP/1.1\r\nAccept-Encoding: gzip\r\n",
            b"GET /v1/drugs/a HTTP/1.1\r\n" + known,
            b"HEAD /v1/drugs/a HTTP/1.1\r\n" + known,
            b"GET /v1/drugs/a HTTP/1.1\r\nIf-None-Match: *\r\n",
            b"GET /v1/drugs/a HTTP/1.1\r\nIf-Match: nothing\r\n",
            b"GET /v1/drugs/a HTTP/1.1\r\nIf-Match: nothing\r\n" + known,
            b"GET /v1/drugs/b HTTP/1.1\r\n",
            b"GET /v1/drugs/a HTTP/1.1\r\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
            b"GET /v1/drugs/a HTTP/1.1\r\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            + known,
        ):
            request = line + head + b"\r\n"
            first, hot, bare = (wire(p, request) for p in (port, port, bare_port))
            assert hot == first == bare, line


def wire(port: int, request: bytes) -> bytes:
    """All that a server sends to a request, and to one more if the connection stays open."""
    last = b"GET /health/live HTTP/1.1\r\nHost: m\r\nX-Request-Id: 2\r\nConnection: close\r\n\r\n"
    with Connection(port) as connection:
        connection.send(request + last)
        sent = connection.stream.read()
    return b"\r\n".join(line for line in sent.split(b"\r\n") if not line.startswith(b"date:"))


@pytest.mark.slow
def test_answers_to_pipelined_requests_keep_their_order(database: Settings, save: Save) -> None:
    save(drug("a", warning("w")))
    paths = [b"/v1/drugs/a", b"/v1/drugs/cold?x=1", b"/v1/drugs/a", b"/health/live"] * 40
    requests = b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: m\r\n\r\n" for path in paths)
    with serving(database) as port, Connection(port) as connection:
        connection.send(requests)
        statuses = [connection.answer()[0] for _ in paths]

    assert statuses == [200, 422, 200, 200] * 40


@pytest.mark.slow
def test_who_asks_a_second_after_a_new_release_gets_it_from_every_server(
    database: Settings, save: Save
) -> None:
    """And never after that is the old one served as new."""
    save(drug("a", warning("first")))
    with serving(database) as one, serving(database) as other:
        seen: list[tuple[float, int, str]] = []
        stop = threading.Event()

        def keep_asking(port: int) -> None:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                while not stop.is_set():
                    asked = time.monotonic()
                    answer = client.get("/v1/drugs/a/warnings")
                    [item] = answer.json()["items"]
                    seen.append((asked, port, item["id"]))

        threads = [threading.Thread(target=keep_asking, args=[port]) for port in (one, other)]
        for thread in threads:
            thread.start()
        with ExitStack() as end:
            end.callback(stop.set)

            def asked_of_both(since: float) -> bool:
                times = Counter(port for asked, port, _ in list(seen) if asked >= since)
                return min(times[one], times[other]) > 10

            until(lambda: asked_of_both(0))
            save(drug("a", warning("second")))
            second_later = time.monotonic() + 1
            until(lambda: asked_of_both(second_later))
        for thread in threads:
            thread.join()

    for port in (one, other):
        ids = [(asked, id_) for asked, by, id_ in seen if by == port]
        first_new = next(at for at, (_, id_) in enumerate(ids) if id_ == "a-warning-second")
        assert {id_ for _, id_ in ids[first_new:]} == {"a-warning-second"}
        assert {id_ for asked, id_ in ids if asked >= second_later} == {"a-warning-second"}
