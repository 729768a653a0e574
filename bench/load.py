"""Load, made by wrk: rounds of it, in which contestants take turns."""

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

LUA = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
PAUSE = 0.2
"""Seconds between rounds, in which a server finishes what it has left to do."""


class BenchError(Exception):
    """What stopped the benchmark, or one measurement: a sentence for whoever runs it."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Round:
    """What a round came to. It counts only if every answer was as expected: see `fault`."""

    per_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float = 0
    fault: str | None = None
    requests: int = 0
    good_per_second: float = 0
    shed: int = 0
    without_retry_after: int = 0


@dataclass(frozen=True)
class Load:
    """What is requested: one path, or the paths in a file in turn, each answered with `status`.

    With `count`, 200 and 503 are both expected, and counted.
    """

    url: str
    path: str = "/"
    paths: Path | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int = CONNECTIONS
    count: bool = False
    delay_ms: int = 0

    def run(self, seconds: float, first: int = 0) -> Round:
        """One round, from the `first` of the paths on."""
        path = self.path
        if self.paths is not None:
            with self.paths.open() as paths:
                path = next(paths).strip()
        if not self.count:
            try:
                status = get(self.url, path, self.headers).status
            except OSError:
                return Round(0, 0, 0, fault="a single request had no answer within 10 s")
            if status != self.status:
                return Round(0, 0, 0, fault=f"{status} where {self.status} was expected")
        command = [wrk(), "--threads", "1", "--connections", str(self.connections)]
        command += ["--duration", f"{max(1, round(seconds))}s", "--timeout", "10s"]
        command += ["--script", str(LUA)]
        for name, value in self.headers.items():
            command += ["--header", f"{name}: {value}"]
        environment = {**os.environ, "BENCH_FROM": str(first)}
        environment |= {"BENCH_PATHS": str(self.paths)} if self.paths else {}
        environment |= {"BENCH_COUNT": "1"} if self.count else {}
        environment |= {"BENCH_DELAY": str(self.delay_ms)} if self.delay_ms else {}
        done = subprocess.run(
            [*command, self.url + path],
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds + 30,
        )
        if done.returncode != 0 or not done.stdout.strip().endswith("}"):
            raise BenchError(f"wrk failed: {done.stdout}{done.stderr}")
        result = json.loads(done.stdout.strip().splitlines()[-1])
        return Round(
            result["requests"] / result["seconds"],
            result["p50_ms"],
            result["p99_ms"],
            result["max_ms"],
            self._fault(result),
            result["requests"],
            result["good"] / result["seconds"],
            result["shed"],
            result["without_retry_after"],
        )

    def _fault(self, result: dict[str, int]) -> str | None:
        failed = result["refused"] - (result["shed"] if self.count else 0)
        if not result["requests"]:
            return "no answers"
        if failed:
            return f"{failed} of {result['requests']} answers were errors"
        if result["broken"]:
            return f"{result['broken']} connections broke or waited for over 10 s"
        return None


def wrk() -> str:
    """Where wrk is; raises BenchError where it is not."""
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
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, names, answer.read())
    except http.client.HTTPException as error:
        raise OSError(f"no complete answer from {path}: {error!r}") from error
    finally:
        connection.close()


def write_paths(file: Path, paths: list[str]) -> Path:
    """The file, with these paths in it."""
    file.write_text("".join(f"{path}\n" for path in paths))
    return file


def take_turns(loads: Mapping[str, Load], rounds: int, seconds: float) -> dict[str, list[Round]]:
    """Each contestant's rounds, after one to warm up; another begins each time."""
    for load in loads.values():
        load.run(1)
        time.sleep(PAUSE)
    done: dict[str, list[Round]] = {name: [] for name in loads}
    names = list(loads)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            done[name].append(loads[name].run(seconds))
            time.sleep(PAUSE)
    return done


def fault_of(rounds: list[Round]) -> str | None:
    """Why a contestant's figures do not count; None where they do."""
    return next((round_.fault for round_ in rounds if round_.fault), None)


def ratio(rounds: list[Round], baseline: list[Round], of: str = "per_second") -> float | None:
    """The median of the ratios within each round; None where the figures do not count."""
    if fault_of(rounds) or fault_of(baseline):
        return None
    pairs = zip(rounds, baseline, strict=True)
    return float(median(getattr(one, of) / getattr(other, of) for one, other in pairs))
