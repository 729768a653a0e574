"""A download is whole and current, or it is refused in one sentence; what broke off is resumed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.ingest.files.downloads import MOST_REDIRECTS, download, file_name, shown
from app.ingest.files.inputs import inputs_of
from app.ingest.sources.interface import WrongFileError
from tests.ingest.web_server import (
    Publisher,
    Request,
    answers,
    breaks_off_after,
    hangs_up,
    publishing,
)

CONTENT = b"".join(b"%07d\n" % number for number in range(25_000))
NEWER = CONTENT[::-1] + b"more"

AT_ONCE = (0.0, 0.0, 0.0)
"""The pauses between attempts."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A publisher of `CONTENT`."""
    with publishing(CONTENT) as publisher:
        yield publisher


def fetch(publisher: Publisher, folder: Path, attempts: int = 4) -> bytes:
    """The content that a download gives."""
    path = download(publisher.url, folder, pauses=AT_ONCE[: attempts - 1], quiet=True)
    return path.read_bytes()


def refusal(url: str, folder: Path, attempts: int = 1) -> str:
    with pytest.raises(WrongFileError) as caught:
        download(url, folder, pauses=AT_ONCE[: attempts - 1], quiet=True)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


def test_an_address_is_an_input(publisher: Publisher, tmp_path: Path) -> None:
    with inputs_of([publisher.url], downloads=tmp_path / "new" / "folder", quiet=True) as inputs:
        [input_] = inputs
        [part] = input_.parts()
        with part.open() as file:
            content = file.read()

    assert (input_.name, input_.bytes, part.name) == ("labels.json", len(CONTENT), "labels.json")
    assert content == CONTENT


def test_an_address_that_is_given_twice_is_asked_once(publisher: Publisher, tmp_path: Path) -> None:
    with inputs_of([publisher.url] * 2, downloads=tmp_path, quiet=True) as inputs:
        assert len(inputs) == 1

    assert len(publisher.asked) == 1


def test_nothing_is_downloaded_while_another_argument_is_wrong(
    publisher: Publisher, tmp_path: Path
) -> None:
    for wrong in (str(tmp_path / "missing"), str(tmp_path), "ftp://host/labels.json"):
        with (
            pytest.raises(WrongFileError),
            inputs_of([publisher.url, wrong], downloads=tmp_path, quiet=True),
        ):
            pass

    assert publisher.asked == []


@pytest.mark.parametrize("header", ["Tue, 02 Jul 2019 10:20:30 GMT", "last summer", None])
def test_a_download_is_of_the_day_that_the_server_gives(
    header: str | None, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.modified = header
    today = datetime.now(UTC).date().isoformat()

    with inputs_of([publisher.url], downloads=tmp_path, quiet=True) as [input_]:
        day = input_.modified

    assert day == "2019-07-02" if header and "2019" in header else day >= today


def test_a_download_that_breaks_off_goes_on_where_it_was(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.faults = [breaks_off_after(50_000), breaks_off_after(70_000), hangs_up]

    content = fetch(publisher, tmp_path)

    assert content == CONTENT
    path = {"path": "/files/labels.json"}
    assert publisher.asked == [
        path,
        {**path, "Range": "bytes=50000-", "If-Range": '"1"'},
        {**path, "Range": "bytes=120000-", "If-Range": '"1"'},
        {**path, "Range": "bytes=120000-", "If-Range": '"1"'},
    ]


def test_a_download_goes_on_by_its_date_where_it_has_no_strong_etag(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.etag = 'W/"1"'
    publisher.modified = "Mon, 15 Jan 2024 00:00:00 GMT"
    publisher.faults = [breaks_off_after(50_000)]

    content = fetch(publisher, tmp_path)

    assert content == CONTENT
    assert publisher.asked[1]["If-Range"] == publisher.modified


def test_a_download_goes_on_in_a_later_run(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [breaks_off_after(50_000)]
    said = refusal(publisher.url, tmp_path)

    content = fetch(publisher, tmp_path)

    assert said == (
        f"{publisher.url}: it cannot be downloaded: the connection broke off. "
        "The next import goes on after the 50,000 bytes that came."
    )
    assert content == CONTENT
    assert publisher.asked[1]["Range"] == "bytes=50000-"


@pytest.mark.slow
def test_a_download_goes_on_after_a_kill(publisher: Publisher, tmp_path: Path) -> None:
    killed = threading.Event()

    def stalls(request: Request) -> None:
        request.send(200, {"ETag": '"1"', "Content-Length": str(len(CONTENT))}, CONTENT[:50_000])
        killed.wait(30)
        request.close_connection = True

    publisher.faults = [stalls]
    run = "import sys, pathlib; from app.ingest.files.downloads import download; "
    run += "download(sys.argv[1], pathlib.Path(sys.argv[2]), quiet=True)"
    child = subprocess.Popen([sys.executable, "-c", run, publisher.url, str(tmp_path)])
    until = time.monotonic() + 30
    while not _sizes(tmp_path, ".part") and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    killed.set()

    came = _sizes(tmp_path, ".part")
    content = fetch(publisher, tmp_path)

    assert content == CONTENT
    assert [asked.get("Range") for asked in publisher.asked] == [None, f"bytes={came[0]}-"]


def _sizes(folder: Path, suffix: str) -> list[int]:
    """The sizes of files that are not empty."""
    sizes = [path.stat().st_size for path in folder.iterdir() if path.name.endswith(suffix)]
    return [size for size in sizes if size]


def test_a_server_that_knows_no_ranges_sends_it_whole(publisher: Publisher, tmp_path: Path) -> None:
    publisher.takes_ranges = False
    publisher.faults = [breaks_off_after(50_000)]

    assert fetch(publisher, tmp_path) == CONTENT


def test_a_file_that_changes_in_between_is_downloaded_again(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.faults = [breaks_off_after(50_000)]
    refusal(publisher.url, tmp_path)
    publisher.content, publisher.etag = NEWER, '"2"'

    assert fetch(publisher, tmp_path) == NEWER


def test_a_server_that_goes_on_with_another_version_is_not_believed(
    publisher: Publisher, tmp_path: Path
) -> None:
    def goes_on(request: Request) -> None:
        headers = {"ETag": '"2"', "Content-Range": "bytes 50000-199999/200000"}
        request.send(206, headers, NEWER[50_000:200_000])

    publisher.faults = [breaks_off_after(50_000), goes_on]

    assert fetch(publisher, tmp_path) == CONTENT
    assert [asked.get("Range") for asked in publisher.asked] == [None, "bytes=50000-", None]


def test_a_part_that_was_whole_already_is_taken(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [breaks_off_after(50_000)]
    refusal(publisher.url, tmp_path)
    [part] = tmp_path.glob("*.part")
    part.write_bytes(CONTENT)

    assert fetch(publisher, tmp_path) == CONTENT
    assert publisher.asked[1]["Range"] == "bytes=200000-"


def test_a_part_that_is_as_long_as_another_version_is_not_taken_for_it(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.faults = [breaks_off_after(50_000), answers(416, {"Content-Range": "bytes */50000"})]

    assert fetch(publisher, tmp_path) == CONTENT


def test_a_file_that_the_server_shortened_is_downloaded_again(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.faults = [breaks_off_after(150_000)]
    refusal(publisher.url, tmp_path)
    publisher.content = CONTENT[:100_000]

    assert fetch(publisher, tmp_path) == CONTENT[:100_000]


def test_what_breaks_off_again_and_again_without_getting_further_is_given_up(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.takes_ranges = False
    publisher.faults = [breaks_off_after(50_000) for _ in range(9)]

    refusal(publisher.url, tmp_path, attempts=4)

    assert len(publisher.asked) == 5


def test_what_gets_further_each_time_is_not_given_up(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [breaks_off_after(20_000) for _ in range(9)]

    assert fetch(publisher, tmp_path, attempts=2) == CONTENT


def test_a_server_that_is_busy_is_asked_again(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [answers(503), answers(429, {"Retry-After": "0"}), answers(500)]

    assert fetch(publisher, tmp_path) == CONTENT


def test_a_server_that_stays_away_is_given_up(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [answers(503) for _ in range(9)]

    said = refusal(publisher.url, tmp_path, attempts=4)

    answer = "the server answers 503 Service Unavailable"
    assert said == f"{publisher.url}: it cannot be downloaded: {answer}."
    assert len(publisher.asked) == 4


def test_a_server_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with publishing(b"") as publisher:
        pass

    said = refusal(publisher.url, tmp_path, attempts=2)

    assert said == f"{publisher.url}: it cannot be downloaded: connection refused."


def test_a_file_that_is_not_there_is_refused_at_once(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [answers(404, body=b"<html>Not here</html>")]
    url = publisher.url.replace("//", "//me:secret@") + "?key=secret#there"

    said = refusal(url, tmp_path, attempts=4)

    assert said == f"{publisher.url}?…: the server answers 404 Not Found; a file was expected."
    assert len(publisher.asked) == 1
    assert publisher.asked[0]["Authorization"].startswith("Basic ")


def test_a_finished_download_is_sent_once_while_it_is_current(
    publisher: Publisher, tmp_path: Path
) -> None:
    first = fetch(publisher, tmp_path)
    again = fetch(publisher, tmp_path)
    publisher.content, publisher.etag = NEWER, '"2"'
    newer = fetch(publisher, tmp_path)

    assert (first, again, newer) == (CONTENT, CONTENT, NEWER)
    assert [asked.get("If-None-Match") for asked in publisher.asked] == [None, '"1"', '"1"']


def test_a_finished_download_is_asked_for_by_its_date(publisher: Publisher, tmp_path: Path) -> None:
    publisher.etag, publisher.modified = None, "Mon, 15 Jan 2024 00:00:00 GMT"

    contents = [fetch(publisher, tmp_path), fetch(publisher, tmp_path)]

    assert contents == [CONTENT, CONTENT]
    assert publisher.asked[1]["If-Modified-Since"] == publisher.modified


def test_a_finished_download_that_somebody_changed_is_downloaded_again(
    publisher: Publisher, tmp_path: Path
) -> None:
    download(publisher.url, tmp_path, quiet=True).write_bytes(b"changed")

    assert fetch(publisher, tmp_path) == CONTENT


def test_a_newer_file_that_does_not_come_leaves_the_finished_one(
    publisher: Publisher, tmp_path: Path
) -> None:
    path = download(publisher.url, tmp_path, quiet=True)
    publisher.content, publisher.etag = NEWER, '"2"'
    publisher.faults = [breaks_off_after(50_000)]

    refusal(publisher.url, tmp_path)

    assert path.read_bytes() == CONTENT
    assert fetch(publisher, tmp_path) == NEWER


def test_a_file_of_unknown_size_is_whole_when_the_server_says_so(
    publisher: Publisher, tmp_path: Path
) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (CONTENT[:99_999], CONTENT[99_999:]))
    chunked = {"Transfer-Encoding": "chunked"}

    def breaks_off(request: Request) -> None:
        request.send(200, chunked, chunks, only=120_000)

    publisher.faults = [breaks_off, answers(200, chunked, chunks + b"0\r\n\r\n")]

    assert fetch(publisher, tmp_path) == CONTENT


def test_a_file_of_unknown_size_is_resumed(publisher: Publisher, tmp_path: Path) -> None:
    headers = {"Transfer-Encoding": "chunked", "ETag": '"1"'}
    chunk = b"%x\r\n%s\r\n" % (50_000, CONTENT[:50_000])

    def breaks_off(request: Request) -> None:
        request.send(200, headers, chunk, only=len(chunk))

    publisher.faults = [breaks_off]

    assert fetch(publisher, tmp_path) == CONTENT
    assert publisher.asked[1]["Range"] == "bytes=50000-"


def test_a_version_with_a_name_that_cannot_be_sent_back_is_downloaded_again(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.etag = '"\xe9"'
    publisher.faults = [breaks_off_after(50_000)]

    assert fetch(publisher, tmp_path) == CONTENT
    assert "Range" not in publisher.asked[1]


def test_a_file_that_is_packed_on_the_way_is_measured_as_it_comes(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.headers = {"Content-Encoding": "gzip"}  # as for labels.json.gz on many servers

    assert fetch(publisher, tmp_path) == CONTENT


def test_a_file_that_is_packed_in_another_way_is_refused(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.headers = {"Content-Encoding": "br"}

    said = refusal(publisher.url, tmp_path)

    reason = "the server packs it as 'br', though it was asked not to"
    assert said == f"{publisher.url}: {reason}."


def test_a_redirect_to_where_it_may_go_is_followed(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [answers(302, {"Location": "/elsewhere"}), breaks_off_after(50_000)]
    publisher.faults += [answers(307, {"Location": publisher.url})]

    assert fetch(publisher, tmp_path) == CONTENT
    assert [asked["path"] for asked in publisher.asked] == [
        "/files/labels.json",
        "/elsewhere",
        "/files/labels.json",
        "/files/labels.json",
    ]
    assert [asked.get("Range") for asked in publisher.asked[2:]] == ["bytes=50000-"] * 2


@pytest.mark.parametrize("to", ["http://example.com/labels.json?key=1", "ftp://example.com/a"])
def test_a_redirect_to_where_anybody_could_change_it_is_refused(
    publisher: Publisher, tmp_path: Path, to: str
) -> None:
    publisher.faults = [answers(302, {"Location": to})]

    said = refusal(publisher.url, tmp_path, attempts=3)

    reason = f"it redirects to {shown(to)}, and only https addresses are downloaded from."
    assert said == f"{publisher.url}: {reason}"


def test_a_redirect_without_end_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    publisher.faults = [answers(302, {"Location": "/again"}) for _ in range(99)]

    said = refusal(publisher.url, tmp_path, attempts=3)

    assert said == f"{publisher.url}: it redirects more than {MOST_REDIRECTS} times."


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("http://example.com/labels.zip", "http://example.com/labels.zip"),
        ("http://me:secret@10.0.0.1/a?key=secret", "http://10.0.0.1/a?…"),
        ("http://127.0.0.1.example.com/a", "http://127.0.0.1.example.com/a"),
        ("ftp://example.com/a", "ftp://example.com/a"),
        ("file://host/etc/passwd", "file://host/etc/passwd"),
    ],
)
def test_an_address_that_is_not_safe_is_refused(tmp_path: Path, url: str, named: str) -> None:
    with (
        pytest.raises(WrongFileError) as caught,
        inputs_of([url], downloads=tmp_path, quiet=True),
    ):
        pass

    assert str(caught.value) == f"{named}: only https addresses are downloaded from."


def test_an_address_that_is_none_is_refused_without_its_secrets(tmp_path: Path) -> None:
    said = refusal("https://me:secret@example.com:port/labels.zip?key=secret", tmp_path)

    reason = "it is no URL; https:// and a host were expected."
    assert said == f"https://example.com:port/labels.zip: {reason}"


def test_a_folder_that_cannot_be_made_is_reported(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = refusal(publisher.url, tmp_path / "file")

    assert said == f"{publisher.url}: it cannot be kept in {tmp_path}/file: file exists."


def test_a_file_is_downloaded_by_one_import_at_a_time(publisher: Publisher, tmp_path: Path) -> None:
    said: list[str] = []

    def meanwhile(request: Request) -> None:
        said.append(refusal(publisher.url, tmp_path))
        request.answer()

    publisher.faults = [meanwhile]

    assert fetch(publisher, tmp_path) == CONTENT
    reason = "another import is downloading it; wait until that has ended."
    assert said == [f"{publisher.url}: {reason}"]


def test_a_person_sees_how_far_it_is_and_what_is_wrong(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publisher.faults = [breaks_off_after(50_000)]

    download(publisher.url, tmp_path, pauses=AT_ONCE)

    shown_ = capsys.readouterr().err.splitlines()
    assert shown_[0] == "Downloading labels.json: 200 kB."
    assert shown_[1] == f"{publisher.url}: the connection broke off; trying again in 0 s."
    assert shown_[2] == "Downloading labels.json: 200 kB, of which 50 kB are here."
    assert shown_[3].startswith("Downloading labels.json: 150 kB in ")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/drug/drug-label-0001.json.zip?x=1", "drug-label-0001.json.zip"),
        ("https://example.com/a%20b/", "a b"),
        ("https://example.com", "example.com"),
    ],
)
def test_an_address_is_called_by_its_last_segment(url: str, name: str) -> None:
    assert file_name(url) == name
