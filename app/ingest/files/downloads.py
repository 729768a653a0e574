"""Downloads: a file at an https address becomes a file in a folder, and is sent only once.

A finished file stays, and is used again for as long as its server says that it is current. One
that broke off stays as `.part`, and is resumed, in the same run or in a later one. Which versions
of it these are, as the server calls them, is noted beside them.
"""

import fcntl
import hashlib
import ipaddress
import json
import os
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote

import httpx

from app import __version__
from app.ingest.files.progress import log, phase
from app.ingest.sources.interface import WrongFileError

PAUSES = (1.0, 3.0, 9.0)
"""Seconds to wait after each failure in a row; one that got further than ever is not counted."""

LONGEST_PAUSE = 60.0
"""Seconds that a server may ask to wait."""

MOST_REDIRECTS = 5

TIMEOUT = httpx.Timeout(30, connect=10)

_BUSY = frozenset({408, 425, 429})
"""Statuses below 500 by which a server says that it may well do later what it was asked."""


def refuse_unsafe(url: str) -> None:
    """Raises `WrongFileError` for an address from which nothing is downloaded."""
    _allowed(_parsed(url), url)


def file_name(url: str) -> str:
    """What a file at an address is called: the address's last segment, or else its host."""
    parsed = _parsed(url)
    return unquote(parsed.path.rstrip("/").rpartition("/")[2]) or parsed.host


def shown(url: str | httpx.URL) -> str:
    """An address as it is shown: without a password, and without a query, which may hold a key."""
    url = httpx.URL(url)
    bare = str(url.copy_with(userinfo=b"", query=None, fragment=None))
    return bare + "?…" if url.query else bare


def download(
    url: str, folder: Path, *, pauses: Sequence[float] = PAUSES, quiet: bool = False
) -> Path:
    """The current file at an address, whole, in the folder.

    Raises `WrongFileError` if it cannot be had; what has come of it stays, to be resumed.
    """
    address = _allowed(_parsed(url), url)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _CacheEntry(folder, url) as entry, _client() as client:
            return _Download(client, address, entry, pauses, quiet).file()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongFileError(shown(url), f"it cannot be kept in {folder}: {reason}.") from None


@dataclass(frozen=True)
class _Version:
    """Which version of a file it is, and how large; None where the server does not say."""

    etag: str | None = None
    modified: str | None = None
    bytes: int | None = None

    @classmethod
    def of(cls, response: httpx.Response, size: int | None) -> "_Version":
        named = [response.headers.get(header, "") for header in ("ETag", "Last-Modified")]
        etag, modified = (name if name and name.isascii() else None for name in named)
        return cls(etag, modified, size)

    @property
    def resumable_by(self) -> str | None:
        """What distinguishes it from every other version, byte for byte: a weak ETag does not."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.modified

    def unless_current(self) -> dict[str, str]:
        """Headers that ask for the file only if it is another version."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


_NONE = _Version()


class _CacheEntry:
    """What the folder has of a file: itself, a part of it, and notes. One run uses it at a time.

    The notes are changed before what they are about, so a kill leaves none rather than wrong ones.
    """

    def __init__(self, folder: Path, url: str) -> None:
        digest = hashlib.sha256(url.encode()).hexdigest()[:12]
        self.name = re.sub(r"[^A-Za-z0-9._-]", "_", file_name(url))[-100:]
        self.file = folder / f"{digest}-{self.name}"
        self.part = folder / f"{digest}-{self.name}.part"
        self._notes = (folder / f"{digest}-{self.name}.notes").open("a+")
        try:
            fcntl.flock(self._notes, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._notes.close()
            reason = "another import is downloading it; wait until that has ended."
            raise WrongFileError(shown(url), reason) from None

    def __enter__(self) -> "_CacheEntry":
        return self

    def __exit__(self, *_: object) -> None:
        self._notes.close()

    def here(self) -> int:
        """How many bytes of a part are here."""
        return self.part.stat().st_size if self.part.exists() else 0

    def part_version(self) -> _Version:
        """Which version the part is of."""
        return self._noted("part")

    def finished_version(self) -> _Version | None:
        """Which version is here as a whole."""
        version = self._noted("file")
        is_whole = self.file.exists() and self.file.stat().st_size == version.bytes
        return version if is_whole else None

    def begin_part(self, version: _Version) -> None:
        """Forget what was here of another."""
        self.forget_part()
        self.note_part(version)

    def note_part(self, version: _Version) -> None:
        self._note(self._noted("file"), version)

    def forget_part(self) -> None:
        self.note_part(_NONE)
        self.part.unlink(missing_ok=True)

    def finish(self) -> None:
        """Make the part the file, as of the day that the server gives."""
        version = self.part_version()
        with suppress(ValueError, OverflowError):
            if version.modified:
                changed = parsedate_to_datetime(version.modified).timestamp()
                os.utime(self.part, (changed, changed))
        self._note(_NONE, _NONE)
        self.part.replace(self.file)
        self._note(version, _NONE)

    def _noted(self, what: str) -> _Version:
        self._notes.seek(0)
        try:
            return _Version(**json.load(self._notes)[what])
        except (ValueError, TypeError, KeyError):
            return _NONE

    def _note(self, file: _Version, part: _Version) -> None:
        notes = json.dumps({"file": asdict(file), "part": asdict(part)})
        self._notes.truncate(0)
        self._notes.write(notes)
        self._notes.flush()


class _BrokenOffError(Exception):
    """An attempt that failed in such a way that the next may do better; says how."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


@dataclass
class _Download:
    """The download of one file."""

    client: httpx.Client
    address: httpx.URL
    entry: _CacheEntry
    pauses: Sequence[float]
    quiet: bool

    def file(self) -> Path:
        """Try until it is whole, or until attempts in a row brought nothing more of it."""
        furthest, failures = self.entry.here(), 0
        while True:
            try:
                self._attempt()
            except _BrokenOffError as error:
                came = self.entry.here()
                failures = 0 if came > furthest else failures + 1
                furthest = max(came, furthest)
                if failures > len(self.pauses) or not self.pauses:
                    self._give_up(str(error))
                pause = self.pauses[max(failures - 1, 0)] if error.pause is None else error.pause
                log(f"{shown(self.address)}: {error}; trying again in {pause:g} s.", self.quiet)
                time.sleep(pause)
            else:
                return self.entry.file

    def _attempt(self) -> None:
        here, part = self.entry.here(), self.entry.part_version()
        finished = self.entry.finished_version()
        if here and part.resumable_by:
            asked = {"Range": f"bytes={here}-", "If-Range": part.resumable_by}
        else:
            asked = finished.unless_current() if finished else {}
        with _in_words(), self._answer(asked) as response:
            match response.status_code:
                case HTTPStatus.OK:
                    version = _Version.of(response, _length(response))
                    self.entry.begin_part(version)
                    self._receive(response, version)
                case HTTPStatus.NOT_MODIFIED if finished and "Range" not in asked:
                    return
                case HTTPStatus.PARTIAL_CONTENT if "Range" in asked:
                    self._resume(response, here, part)
                case HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE if "Range" in asked:
                    self._accept_as_whole(response, here, part)
                case _:
                    self._refuse(response)
        self.entry.finish()

    @contextmanager
    def _answer(self, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer at the end of all redirects; errors are raised."""
        request = self.client.build_request("GET", self.address, headers=headers)
        for _ in range(MOST_REDIRECTS + 1):
            response = self.client.send(request, stream=True)
            try:
                if response.next_request is None:
                    self._judge(response)
                    yield response
                    return
                _allowed(response.next_request.url, str(self.address), "it redirects to")
                request = response.next_request
            finally:
                response.close()
        self._refuse_for(f"it redirects more than {MOST_REDIRECTS} times.")

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if status >= 500 or status in _BUSY:
            wait = response.headers.get("Retry-After", "")
            pause = min(float(wait), LONGEST_PAUSE) if wait.isascii() and wait.isdigit() else None
            raise _BrokenOffError(f"the server answers {_status(response)}", pause)
        if status >= 400 and status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._refuse(response)
        coding = response.headers.get("Content-Encoding", "identity").lower()
        if coding not in ("identity", "gzip", "x-gzip"):  # a gzip file is read as it comes
            self._refuse_for(f"the server packs it as '{coding}', though it was asked not to.")

    def _resume(self, response: httpx.Response, here: int, part: _Version) -> None:
        """Go on with the part, if what comes is the rest of the same version."""
        version = _Version.of(response, _total(response))
        range_ = response.headers.get("Content-Range", "")
        size = part.bytes or version.bytes
        is_same = version.etag in (None, part.etag) and version.bytes in (None, size)
        if not is_same or not range_.startswith(f"bytes {here}-"):
            self.entry.forget_part()
            raise _BrokenOffError("the server gives another part of it than it was asked for")
        self._receive(response, replace(part, bytes=size))

    def _accept_as_whole(self, response: httpx.Response, here: int, part: _Version) -> None:
        """There is no more of it than what is here, so that is either the whole, or wrong."""
        if here != (part.bytes or _total(response)):
            self.entry.forget_part()
            raise _BrokenOffError("the server has less of it than what came before")
        self.entry.note_part(replace(part, bytes=here))

    def _receive(self, response: httpx.Response, version: _Version) -> None:
        """Add what comes to the part, and make sure that it is whole."""
        with self.entry.part.open("ab") as part:
            here = part.tell()
            name = f"Downloading {self.entry.name}"
            with phase(name, version.bytes, already=here, quiet=self.quiet) as advance:
                for block in response.iter_raw():
                    part.write(block)
                    advance(len(block))
                came = part.tell()
                if version.bytes is not None and came < version.bytes:
                    raise _BrokenOffError(f"it broke off after {came:,} of {version.bytes:,} bytes")
            part.flush()
            os.fsync(part.fileno())
        if version.bytes is not None and came > version.bytes:
            self.entry.forget_part()
            raise _BrokenOffError(f"{came:,} bytes came of a file of {version.bytes:,}")
        self.entry.note_part(replace(version, bytes=came))

    def _give_up(self, reason: str) -> NoReturn:
        here = self.entry.here()
        can_go_on = here and self.entry.part_version().resumable_by
        rest = f" The next import goes on after the {here:,} bytes that came." if can_go_on else ""
        self._refuse_for(f"it cannot be downloaded: {reason}.{rest}")

    def _refuse(self, response: httpx.Response) -> NoReturn:
        self._refuse_for(f"the server answers {_status(response)}; a file was expected.")

    def _refuse_for(self, reason: str) -> NoReturn:
        raise WrongFileError(shown(self.address), reason)


def _client() -> httpx.Client:
    headers = {"User-Agent": f"medfacts/{__version__}", "Accept-Encoding": "identity"}
    direct = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
    return httpx.Client(headers=headers, timeout=TIMEOUT, mounts=direct, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are trusted; to read them takes longer than a small file."""
    return httpx.create_ssl_context()


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        bare = re.sub(r"//.*@", "//", url.partition("?")[0])
        raise WrongFileError(bare, "it is no URL; https:// and a host were expected.") from None


def _allowed(url: httpx.URL, asked: str, where: str = "") -> httpx.URL:
    """The address, if what comes from there can be trusted to be what was sent."""
    if url.host and (url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))):
        return url
    refusal = f"{where} {shown(url)}, and" if where else ""
    raise WrongFileError(
        shown(asked), f"{refusal} only https addresses are downloaded from.".lstrip()
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _in_words() -> Iterator[None]:
    """What breaks a connection, as a reason to try again."""
    try:
        yield
    except httpx.TimeoutException as error:
        what = "connect" if isinstance(error, httpx.ConnectTimeout) else "send anything"
        raise _BrokenOffError(f"the server does not {what} in time") from None
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
        raise _BrokenOffError("the connection broke off") from None
    except httpx.TransportError as error:
        raise _BrokenOffError(_plain(error)) from None


def _plain(error: Exception) -> str:
    """What an error says, without its number."""
    said = re.sub(r"^\[[^]]*\] *", "", str(error)).strip().rstrip(".") or type(error).__name__
    return " ".join((said[0].lower() + said[1:]).split())


def _length(response: httpx.Response) -> int | None:
    return _number(response.headers.get("Content-Length", ""))


def _total(response: httpx.Response) -> int | None:
    """The size of the whole file, of which the answer is a range."""
    return _number(response.headers.get("Content-Range", "").rpartition("/")[2])


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _status(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".strip()
