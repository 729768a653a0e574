"""What the project serves from memory, beside bare ASGI with a body of the same bytes."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, combinations, cycle, islice
from pathlib import Path

from app.models.fact import fact_kinds
from bench.generate import drug_name
from bench.load import Answer, Ask, Load, Round, ask, asking, get
from bench.results import BARE, NGINX, SAME_HEADERS, US, Comparison, Results
from bench.servers import bare, medfacts, nginx, nginx_program
from bench.turns import take_turns

RECORD = f"/v1/drugs/{drug_name(7)}"
HOT = {"hot record": f"{RECORD}?include=warnings", "hot list": "/v1/drugs?limit=20"}
OWN_HEADERS = {"date", "connection", "keep-alive", "transfer-encoding"}
"""What the server below an app adds itself."""


def measure_hot(
    results: Results, folder: Path, database_url: str, rounds: int, seconds: float
) -> None:
    """Record, list, 304 and a compressed record: all asked again and again."""
    with medfacts(folder, database_url) as us:
        for name, path in HOT.items():
            answer = get(us.url, path)
            asked = f"`GET {path}`, {len(answer.body):,} bytes"
            with ExitStack() as stack:
                asks = {US: asking(Load(us.url, path))}
                asks |= _others(stack, folder, path, answer)
                if nginx_program():
                    server = stack.enter_context(nginx(folder, answer.body))
                    asks[NGINX] = asking(Load(server.url, path))
                done = take_turns(asks, rounds, seconds)
            results.comparisons[name] = Comparison(name.capitalize(), asked, BARE, done)
        path = HOT["hot record"]
        answer = get(us.url, path)
        with ExitStack() as stack:
            others = _others(stack, folder, path, answer)
            etag = dict(answer.headers).get("etag", "")
            brotli = {"Accept-Encoding": "br"}
            asks = {
                US: asking(Load(us.url, path, status=304, headers={"If-None-Match": etag})),
                BARE: others[BARE],
            }
            asked = f"`GET {path}` with `If-None-Match`; bare ASGI sends the whole body"
            results.comparisons["304"] = Comparison(
                "Not modified", asked, BARE, take_turns(asks, rounds, seconds)
            )
            asks = {US: asking(Load(us.url, path, headers=brotli)), BARE: others[BARE]}
            size = len(get(us.url, path, brotli).body)
            asked = f"`GET {path}` with `Accept-Encoding: br`, {size:,} bytes; bare sends it plain"
            results.comparisons["hot brotli"] = Comparison(
                "Hot record, compressed", asked, BARE, take_turns(asks, rounds, seconds)
            )
    if not nginx_program():
        results.left_out.append("nginx: it is not installed.")


def measure_missing(
    results: Results, folder: Path, database_url: str, drugs: int, rounds: int, seconds: float
) -> None:
    """Every second request for what nobody asked for before, the others for 100 hot records."""
    paths = folder / f"missing-{drugs}.txt"
    every = _never_asked(drugs)
    hot = cycle(f"/v1/drugs/{drug_name(number)}?include=warnings" for number in range(100))
    half = islice(zip(hot, every, strict=False), 400_000)
    paths.write_text("".join(f"{one}\n{other}\n" for one, other in half))
    with medfacts(folder, database_url) as us, ExitStack() as stack:
        answer = get(us.url, HOT["hot record"])
        others = _others(stack, folder, HOT["hot record"], answer, paths)
        asks = {US: _from_where_it_was(Load(us.url, paths=paths), paths), BARE: others[BARE]}
        done = take_turns(asks, rounds, seconds)
    asked = (
        f"`GET /v1/drugs/…` over {drugs:,} drugs: every second answer was never asked for before, "
        "the others are 100 hot records"
    )
    results.comparisons["missing"] = Comparison("Half of it missing", asked, BARE, done)


def _others(
    stack: ExitStack, folder: Path, path: str, answer: Answer, paths: Path | None = None
) -> dict[str, Ask]:
    """Bare ASGI with the answer's body, once with the least of headers, once with the same."""
    least = [("content-type", "application/json"), ("content-length", str(len(answer.body)))]
    same = [(k.lower(), v) for k, v in answer.headers if k.lower() not in OWN_HEADERS]
    asks = {}
    for number, (name, headers) in enumerate({BARE: least, SAME_HEADERS: same}.items()):
        answers = folder / f"answers-{len(answer.body)}-{number}.json"
        fixed = {"status": 200, "headers": headers, "body": answer.body.decode()}
        answers.write_text(json.dumps({path.partition("?")[0]: fixed}))
        server = stack.enter_context(bare(folder, f"bare-{number}", answers))
        asks[name] = asking(Load(server.url, path, paths))
    return asks


def _from_where_it_was(load: Load, paths: Path) -> Ask:
    """Asks on from where the round before ended; a path that comes again makes it not count."""
    with paths.open() as lines:
        there = sum(1 for _ in lines)
    at = 0

    def ask_on(seconds: float) -> Round:
        nonlocal at
        done = ask(load, seconds, first=at)
        at += done.asked
        if at <= there:
            return done
        fault = f"the catalogue was too small: {at:,} were asked for, of {there:,}"
        return Round(done.per_second, done.p50_ms, done.p99_ms, done.fault or fault, done.asked)

    return ask_on


def _never_asked(drugs: int) -> Iterator[str]:
    """Paths of different answers: each drug with one kind of fact, then with two, and so on."""
    kinds = list(fact_kinds())
    for some in chain(combinations(kinds, 1), combinations(kinds, 2), combinations(kinds, 3)):
        for number in range(100, drugs):
            yield f"/v1/drugs/{drug_name(number)}?include={','.join(some)}"
