"""A person sees how far something has come, on a terminal as in a log."""

import os
import re
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress
from types import SimpleNamespace

import pytest

from app.ingest.files import progress
from app.ingest.files.progress import log, phase, phases

WIDTH = 100


class Terminal:
    """A terminal on which standard error is shown."""

    def __init__(self) -> None:
        self._ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, (24, WIDTH))
        self.file = open(theirs, "w", encoding="utf-8")  # noqa: SIM115 -- it is closed in `close`
        self._read: list[bytes] = []
        self._reader = threading.Thread(target=self._read_all)
        self._reader.start()

    def _read_all(self) -> None:
        with suppress(OSError):  # which is how a terminal that was closed ends
            while read := os.read(self._ours, 4096):
                self._read.append(read)

    def shown(self) -> str:
        """What was written to it, which it is until then."""
        self.close()
        return b"".join(self._read).decode()

    def close(self) -> None:
        if not self.file.closed:
            self.file.close()
            self._reader.join()
            os.close(self._ours)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal, on which a test shows its standard error by `redirect_stderr`."""
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    yield terminal
    terminal.close()


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed on standard error, with every time and rate made the same."""
    captured = capsys.readouterr()
    assert captured.out == ""
    output = re.sub(r"[\d.,]+ [kMG]?B/s", "9 GB/s", captured.err)
    output = re.sub(r"[\d.,]+ rows/s", "9 rows/s", output)
    return re.sub(r"[\d.]+ s\b", "9 s", output).splitlines()


def test_a_log_has_a_line_at_the_beginning_and_one_in_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with phase("Reading", 690_000_000) as advance:
        for _ in range(690):
            advance(1_000_000)

    output = capsys.readouterr().err.splitlines()
    assert output[0] == "Reading: 690 MB."
    assert re.fullmatch(r"Reading: 690 MB in \d+\.\d s, [\d.]+ [GM]B/s\.", output[1])
    assert len(output) == 2


def test_a_log_has_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    with phase("Reading", 690_000_000) as advance:
        advance(100_000_000)
        now = 10.0
        advance(210_000_000)
        advance(200_000_000)
        now = 20.0
        advance(175_500_000)

    assert capsys.readouterr().err.splitlines() == [
        "Reading: 690 MB.",
        "Reading: 44 % (310 of 690 MB), 31 MB/s, 12 s left.",
        "Reading: 99 % (686 of 690 MB), 34 MB/s, 0.1 s left.",
        "Reading: 686 MB in 20 s, 34 MB/s.",
    ]


def test_rows_are_counted_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    with phase("Writing", 50_000, unit="rows", seconds_between_lines=0.0) as advance:
        advance(1000)
        advance(49_000)

    assert lines(capsys) == [
        "Writing: 50,000 rows.",
        "Writing: 2 % (1,000 of 50,000 rows), 9 rows/s, 9 s left.",
        "Writing: 100 % (50,000 of 50,000 rows), 9 rows/s, 9 s left.",
        "Writing: 50,000 rows in 9 s, 9 rows/s.",
    ]


def test_what_was_there_already_is_no_part_of_the_rate(capsys: pytest.CaptureFixture[str]) -> None:
    with phase("Downloading", 10_000, already=9_000) as advance:
        advance(1_000)

    assert lines(capsys) == [
        "Downloading: 10 kB, of which 9.0 kB are here.",
        "Downloading: 1.0 kB in 9 s, 9 GB/s.",
    ]


def test_a_phase_whose_end_nobody_knows_tells_how_much_it_was(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with phase("Receiving", seconds_between_lines=0.0) as advance:
        advance(1_500_000)

    assert lines(capsys) == [
        "Receiving.",
        "Receiving: 1.5 MB, 9 GB/s.",
        "Receiving: 1.5 MB in 9 s, 9 GB/s.",
    ]


def test_a_phase_that_is_not_counted_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with phase("Writing", unit=""):
        pass

    assert lines(capsys) == ["Writing.", "Writing: done in 9 s."]


def test_a_phase_in_which_nothing_had_to_be_done_tells_of_nothing_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with phase("Reading", 100):
        pass

    assert lines(capsys) == ["Reading: 100 B."]


def test_phases_follow_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with phases() as begin:
        begin("Reading", 1_000)(1_000)
        begin("Writing", unit="")
        begin("Checking", 10, unit="rows")

    assert lines(capsys) == [
        "Reading: 1.0 kB.",
        "Reading: 1.0 kB in 9 s, 9 GB/s.",
        "Writing.",
        "Writing: done in 9 s.",
        "Checking: 10 rows.",
    ]


def test_a_phase_that_fails_says_nothing_of_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), phase("Reading", 100) as advance:
        advance(1 // 0)

    assert lines(capsys) == ["Reading: 100 B."]


def test_quiet_is_quiet(terminal: Terminal) -> None:
    with redirect_stderr(terminal.file):
        with phase("Reading", 100, quiet=True) as advance:
            advance(100)
        log("Something.", quiet=True)
        log("The end.")

    assert terminal.shown() == "The end.\r\n"


def test_a_terminal_shows_a_bar_and_then_a_line(terminal: Terminal) -> None:
    with redirect_stderr(terminal.file), phase("Reading", 690_000_000) as advance:
        for _ in range(3):
            time.sleep(0.11)
            advance(100_000_000)

    shown = terminal.shown().split("\r")
    assert shown[1].startswith("Reading:   0 % |")
    bars = [text for text in shown if text.startswith("Reading:  43 %")]
    assert re.search(r"\| 300M of 690MB, \d+MB/s, 00:\d\d left$", bars[0].rstrip())
    assert re.fullmatch(r"Reading: 300 MB in \d+\.\d s, \d+ MB/s\.", shown[-2])
    assert shown[-3].strip() == ""


@pytest.mark.parametrize(("total", "unit"), [(None, "B"), (None, ""), (0, "B"), (100, "rows")])
def test_a_terminal_shows_every_kind_of_phase(
    terminal: Terminal, total: int | None, unit: str
) -> None:
    with redirect_stderr(terminal.file), phase("Writing", total, unit=unit) as advance:
        advance(200)

    assert terminal.shown().split("\r")[1].startswith("Writing")


def test_nothing_of_a_phase_that_fails_stays_on_a_terminal(terminal: Terminal) -> None:
    with (
        redirect_stderr(terminal.file),
        suppress(ZeroDivisionError),
        phase("Reading", 100) as advance,
    ):
        advance(50)
        advance(1 // 0)

    *_, before, last = terminal.shown().split("\r")
    assert (before.strip(), last) == ("", "")


def test_telling_of_a_step_costs_next_to_nothing(terminal: Terminal) -> None:
    began = time.process_time()
    with redirect_stderr(terminal.file), phase("Writing", 1_000_000, unit="rows") as advance:
        for _ in range(100_000):
            advance(10)

    assert time.process_time() - began < 10
