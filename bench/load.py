"""Load, made by wrk: a round of it, and what rounds come to.

A round counts only if every answer was the one expected: `fault` says why it does not.
"""

import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

LUA = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
SECONDS_TO_END = 30
"""How long after its round wrk may take to end."""


class BenchError(Exception):
    """What stopped the benchmark, or a part of it: a sentence for whoever runs it."""


@dataclass(frozen=True)
class Load:
    """What is asked for: one path, or a file of paths, each answered with `status`."""

    url: str
    path: str = "/"
    paths: Path | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """What came of one round; `fault` is why it does not count."""

    per_second: float
    p50_ms: float
    p99_ms: float
    fault: str | None = None
    asked: int = 0
    good_per_second: float = 0
    shed: int = 0
    shed_per_second: float = 0
    without_retry_after: int = 0


@dataclass(frozen=True)
class Answer:
    """One answer, as it came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def size(self) -> int:
        """How many bytes it takes on the wire."""
        lines = sum(len(f"{name}: {value}\r\n") for name, value in self.headers)
        status = len(f"HTTP/1.1 {self.status} {http.client.responses[self.status]}\r\n")
        return status + lines + len("\r\n") + len(self.body)


Ask = Callable[[float], Round]
"""Asks a contestant for so many seconds."""


def wrk() -> str:
    """Where wrk is; a `BenchError` where it is not."""
    found = shutil.which("wrk")
    if found is None:
        raise BenchError("wrk is needed to make load; `apt-get install wrk` installs it.")
    return found


def get(url: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One answer, over a connection of its own; raises OSError if there is none."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    except http.client.HTTPException as error:
        raise OSError(f"no whole answer from {path}: {error!r}") from error
    finally:
        connection.close()


def ask(
    load: Load,
    seconds: float,
    connections: int = CONNECTIONS,
    first: int = 0,
    count: bool = False,
    at_most: float | None = None,
) -> Round:
    """Ask for so many seconds, from `first` of the paths on, and `at_most` so often a second.

    With `count`, a 503 is an answer too, and counted beside the good ones.
    """
    path = load.path
    if load.paths is not None:
        with load.paths.open() as paths:
            path = next(paths).strip()
    try:
        before = None if count else get(load.url, path, load.headers)
    except OSError:
        return Round(0, 0, 0, fault="one request alone had no answer within 10 s")
    command = [wrk(), "--threads", "1", "--connections", str(connections)]
    command += ["--duration", f"{max(1, round(seconds))}s", "--timeout", "10s"]
    command += ["--script", str(LUA)]
    for name, value in load.headers.items():
        command += ["--header", f"{name}: {value}"]
    environment = {**os.environ, "BENCH_FROM": str(first)}
    environment |= {"BENCH_PATHS": str(load.paths)} if load.paths else {}
    environment |= {"BENCH_COUNT": "1"} if count else {}
    environment |= {"BENCH_DELAY": str(1000 * connections / at_most)} if at_most else {}
    try:
        done = subprocess.run(
            [*command, load.url + path],
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds + SECONDS_TO_END,
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"wrk had not ended {SECONDS_TO_END} s after its round.") from None
    if done.returncode != 0 or not done.stdout.strip().endswith("}"):
        raise BenchError(f"wrk failed: {done.stdout}{done.stderr}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Round(
        told["requests"] / told["seconds"],
        told["p50_ms"],
        told["p99_ms"],
        fault=_fault(load, before, told) if before else _fault_of_counted(told),
        asked=told["asked"],
        good_per_second=told["good"] / told["seconds"],
        shed=told["shed"],
        shed_per_second=told["shed"] / told["seconds"],
        without_retry_after=told["without_retry_after"],
    )


def _fault(load: Load, before: Answer, told: dict[str, float]) -> str | None:
    """Why a round does not count. wrk counts statuses over 399; sizes tell of any other."""
    if before.status != load.status:
        return f"{before.status} where {load.status} was expected"
    if not told["requests"]:
        return "no answers at all"
    if told["refused"]:
        return f"{told['refused']} of {told['requests']} answers were errors"
    if told["broken"]:
        return f"{told['broken']} connections broke or waited for over 10 s"
    size = told["bytes"] / told["requests"]
    if load.paths is None and abs(size / before.size - 1) > 0.05:
        return f"answers of {size:.0f} bytes where {before.size} were expected"
    return None


def _fault_of_counted(told: dict[str, int]) -> str | None:
    """Why a round in which 503s are expected does not count."""
    others = told["requests"] - told["good"] - told["shed"]
    if others:
        return f"{others} of {told['requests']} answers were neither 200 nor 503"
    if told["broken"]:
        return f"{told['broken']} connections broke or waited for over 10 s"
    return None


def asking(load: Load) -> Ask:
    """Asks for a load from its beginning."""
    return lambda seconds: ask(load, seconds)


def fault_of(rounds: list[Round]) -> str | None:
    """Why a contestant's figures do not count; None where they do."""
    return next((round_.fault for round_ in rounds if round_.fault), None)


def rate(rounds: list[Round]) -> float | None:
    """Answers per second, the median of the rounds; None where they do not count."""
    return None if fault_of(rounds) else median(round_.per_second for round_ in rounds)


def ratio(rounds: list[Round], baseline: list[Round], of: str = "per_second") -> float | None:
    """The median of each round's ratio to the baseline's in the same round."""
    if fault_of(rounds) or fault_of(baseline):
        return None
    pairs = zip(rounds, baseline, strict=True)
    return float(median(getattr(one, of) / getattr(other, of) for one, other in pairs))
