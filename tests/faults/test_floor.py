"""The floor: what one process has served, no other goes below."""

import os
from collections.abc import Callable

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from app.floor import Floor
from app.settings import Settings
from tests.conftest import AppTransport, Save, running
from tests.writing import drug


def in_a_fork(work: Callable[[], int]) -> int:
    """What the work gives in a process that was forked from this one, from 0 to 255."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    outcome = 255
    try:
        outcome = work()
    finally:
        os._exit(outcome)


def test_it_never_goes_down() -> None:
    floor = Floor()

    values = []
    for number in (3, 2, 5, 4):
        floor.raise_to(number)
        values.append(floor.value)

    assert values == [3, 3, 5, 5]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child touches no thread
def test_what_one_process_has_served_holds_for_the_others_and_for_its_successor() -> None:
    floor = Floor(2)

    def worker(place: int, number: int) -> Callable[[], int]:
        def work() -> int:
            floor.belongs_to(place)
            floor.raise_to(number)
            return floor.value

        return work

    assert floor.value == 0
    assert in_a_fork(worker(1, 7)) == 7
    assert in_a_fork(worker(0, 5)) == 7
    assert in_a_fork(worker(1, 6)) == 7
    assert floor.value == 7


def test_once_health_has_named_a_release_no_older_one_is_sent(
    database: Settings, save: Save, portal: BlockingPortal
) -> None:
    save(drug("hustanol"))
    with running(database) as app:
        transport = AppTransport(app, portal)
        with httpx.Client(transport=transport, base_url="http://medfacts") as client:
            old = client.get("/v1/drugs").headers["data-release"]
            save(drug("hustanol"), drug("placebin"))
            named = client.get("/health/ready").json()["release"]
            answer = client.get("/v1/drugs")

    assert old != named
    assert answer.headers["data-release"] == named
    assert answer.json()["total"] == 2
