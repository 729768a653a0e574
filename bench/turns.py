"""Rounds in which contestants take turns, so that what slows the machine slows them all."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from bench.load import Ask, Round
from bench.servers import RUNNING

GLANCE = 0.05
MOST_SECONDS = 15
"""How long is waited for servers that still work for clients who have gone."""


def take_turns(asks: Mapping[str, Ask], rounds: int, seconds: float) -> dict[str, list[Round]]:
    """Each contestant's rounds, after one to warm up; who begins a round changes."""
    for ask_for in asks.values():
        ask_for(1)
        settle()
    done: dict[str, list[Round]] = {name: [] for name in asks}
    names = list(asks)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            done[name].append(asks[name](seconds))
            settle()
    return done


def settle() -> None:
    """Wait until no server works: what one has left to do would slow the next."""
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        before = _worked()
        time.sleep(GLANCE)
        if _worked() - before < GLANCE / 2:
            return


def _worked() -> float:
    """For how many seconds of processor time the servers have worked so far."""
    ticks = 0
    for pid in RUNNING:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            after_name = stat.read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])  # utime and stime, man 5 proc
    return ticks / os.sysconf("SC_CLK_TCK")
