"""Where files come from: paths, patterns, https addresses and standard input, packed or not."""

import copy
import glob
import gzip
import hashlib
import io
import os
import re
import stat
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from app.ingest.files.progress import phase
from app.ingest.sources.interface import InputPart, WrongFileError

AT_ONCE = 256 * 1024
"""Bytes that are read of a file in one go. More leave the processor's cache: that took a third
longer to unpack."""

MOST_UNPACKED = 1100
"""Bytes that one may unpack to: deflate makes 1,032 of it; a zip that claims more does harm."""

_STANDARD_INPUT = "-"
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1
_UNPACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How members may be packed: with other methods, a block may unpack to more than memory holds."""


@contextmanager
def inputs_of(
    arguments: Iterable[str],
    *,
    downloads: Path,
    quiet: bool = False,
    standard_input: BinaryIO | None = None,
) -> Iterator[list["Input"]]:
    """The files that arguments name, in their order, each once; what is temporary goes in the end.

    An argument is a path, a pattern such as `label-*.zip`, an https address, or `-`. Addresses are
    downloaded into the folder `downloads`. Raises `WrongFileError` for one that gives no file; if
    it can be seen to give none, before anything is downloaded.
    """
    with ExitStack() as stack:
        given = _Arguments(downloads, quiet, standard_input, stack)
        named = [place for argument in arguments for place in given.named_by(argument)]
        inputs: dict[str, Input] = {}
        for bring, name, called in dict.fromkeys(named):
            path = bring(name)
            real = os.path.realpath(path)
            if real not in inputs:
                inputs[real] = Input(printable(called), path)
                stack.callback(inputs[real].close)
        yield list(inputs.values())


def _is_url(argument: str) -> bool:
    """Whether it names a scheme, as `https://` does, and so is no path."""
    return re.match(r"[a-z][a-z0-9+.-]+://", argument, re.IGNORECASE) is not None


def printable(name: str) -> str:
    """A name on one line, whatever a file is called."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


class Input:
    """A file that is imported: what to call it, where it is, its digest in hexadecimal, its size.

    It is opened for reading only, and is refused if it changes after its digest was made. `on_read`
    is called with the size of each block that is read of it, as it stands on the disk; what is read
    again is not counted again.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.on_read: Callable[[int], object] = lambda _: None
        self._zip: zipfile.ZipFile | None = None
        try:
            with io.FileIO(path) as file:
                self._state = _state(file)
                self._begin = file.read(4)
                file.seek(0)
                self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unopened(name, error) from None
        self.bytes = self._state[0]
        if not self.bytes:
            raise WrongFileError(name, "it is empty.")

    @property
    def modified(self) -> str:
        """The day, in UTC, on which the file was last changed: `YYYY-MM-DD`."""
        changed = self.path.stat().st_mtime
        return datetime.fromtimestamp(changed, UTC).date().isoformat()

    def parts(self) -> list[InputPart]:
        """Itself, unpacked if it is a gzip file, or the files in it, by name, if it is a zip.

        Which of these it is its first bytes say. Raises `WrongFileError` for a zip without files,
        and for one that is cut off or damaged; a damage inside shows when the part is read.
        """
        return self._parts

    @cached_property
    def _parts(self) -> list[InputPart]:
        if self._begin.startswith(_GZIP):
            return [_GzipPart(self)]
        if not self._begin.startswith(_ZIP):
            return [_FilePart(self)]
        members = self.zip().infolist()
        _refuse_overlaps(self.name, members)
        content = sorted(filter(_is_content, members), key=lambda member: member.filename)
        if not content:
            raise WrongFileError(self.name, "it is a zip that holds no files.")
        return [_ZipPart(self, member) for member in content]

    def open(self) -> io.FileIO:
        """The file as it stands, unbuffered."""
        try:
            file = io.FileIO(self.path)
        except OSError as error:
            raise _unopened(self.name, error) from None
        if _state(file) != self._state:
            file.close()
            raise WrongFileError(self.name, "it was changed while it was being imported.")
        return file

    def zip(self) -> zipfile.ZipFile:
        """Itself as a zip, which is open from the first time on."""
        if self._zip is None:
            self._zip_file = self.open()
            try:
                self._zip = zipfile.ZipFile(cast(BinaryIO, self._zip_file))
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
                self._zip_file.close()
                reason = "it is a zip that is cut off or damaged: its list of files is not there."
                raise WrongFileError(self.name, reason) from None
        return self._zip

    def close(self) -> None:
        """Close what is open of it."""
        if self._zip is not None:
            self._zip.close()
            self._zip_file.close()
            self._zip = None


class _FilePart:
    """A part of a file, as `InputPart` promises it."""

    __slots__ = ("_input", "_told")  # a zip of a registry has half a million of them

    def __init__(self, input_: Input) -> None:
        self._input = input_
        self._told = 0

    @property
    def name(self) -> str:
        return self._input.name

    @property
    def date(self) -> str | None:
        return None

    def path(self) -> Path | None:
        """See `InputPart`."""
        return self._input.path

    def open(self) -> BinaryIO:
        """Its bytes, unpacked while they are read. Raises `WrongFileError` then for a damage."""
        stream = self._stream()
        return cast(BinaryIO, io.BufferedReader(stream, AT_ONCE))

    def report(self, consumed: int) -> None:
        """Report how many bytes of the file, from the part's beginning on, have been read."""
        if consumed > self._told:
            self._input.on_read(consumed - self._told)
            self._told = consumed

    def _stream(self) -> "_Stream":
        return _Stream(self, self._input.open())


class _GzipPart(_FilePart):
    """A gzip file."""

    __slots__ = ()

    def path(self) -> Path | None:
        """See `InputPart`."""
        return None

    def _stream(self) -> "_Stream":
        return _GzipStream(self, self._input.open())


class _ZipPart(_FilePart):
    """A file in a zip."""

    __slots__ = ("_member",)

    def __init__(self, input_: Input, member: zipfile.ZipInfo) -> None:
        super().__init__(input_)
        self._member = member

    def path(self) -> Path | None:
        """See `InputPart`."""
        return None

    @property
    def name(self) -> str:
        return f"{self._input.name}/{printable(self._member.filename)}"

    @property
    def date(self) -> str | None:
        """The day that the zip gives it; the first that a zip can give stands for none."""
        try:
            day = date(*self._member.date_time[:3]).isoformat()
        except ValueError:
            return None
        return None if day == "1980-01-01" else day

    def _stream(self) -> "_Stream":
        member, name = self._member, self.name
        if member.flag_bits & _ENCRYPTED:
            raise WrongFileError(name, "it is encrypted; a zip without a password was expected.")
        if member.compress_type not in _UNPACKED:
            reason = f"it is packed by method {member.compress_type}, which cannot be read here"
            raise WrongFileError(
                name, f"{reason}; pack the zip anew in the ordinary way (deflate)."
            )
        if member.file_size > MOST_UNPACKED * (member.compress_size + 1):
            reason = f"{member.compress_size} bytes of it cannot unpack to {member.file_size}"
            raise WrongFileError(name, f"{reason}, as the zip says they do.")
        try:
            return _ZipStream(self, self._input.zip(), member)
        except (*_DAMAGES, ValueError) as error:
            raise WrongFileError(name, _damage(error)) from None


class _Stream(io.RawIOBase):
    """The bytes of a part; a subclass unpacks them."""

    def __init__(self, part: _FilePart, file: io.FileIO) -> None:
        self._part = part
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._fill(buffer)
        except _DAMAGES as error:
            raise WrongFileError(self._part.name, _damage(error)) from None
        self._part.report(self._consumed())
        return count

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(AT_ONCE) or b"", b""))

    def close(self) -> None:
        self._file.close()
        super().close()

    def _fill(self, buffer: Any) -> int:
        """As `readinto`, with the errors of what unpacks."""
        return self._file.readinto(buffer) or 0

    def _consumed(self) -> int:
        """How many bytes of the file, from the part's beginning on, that took."""
        return self._file.tell()


class _GzipStream(_Stream):
    def __init__(self, part: _FilePart, file: io.FileIO) -> None:
        super().__init__(part, file)
        self._unpacked = gzip.GzipFile(fileobj=io.BufferedReader(file, AT_ONCE))

    def _fill(self, buffer: Any) -> int:
        return self._unpacked.readinto(memoryview(buffer)[:AT_ONCE])


class _ZipStream(_Stream):
    def __init__(self, part: _FilePart, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self._part = part
        self._size = member.file_size
        self._packed_size = member.compress_size
        self._came = 0
        # Where the zip says that a member ends, zipfile would cut it off, and not tell of more.
        member = copy.copy(member)
        member.file_size = sys.maxsize
        self._unpacked = archive.open(member)

    def close(self) -> None:
        self._unpacked.close()
        io.RawIOBase.close(self)

    def _fill(self, buffer: Any) -> int:
        block = self._unpacked.read(min(len(buffer), AT_ONCE))
        count = len(block)
        self._came += count
        if self._came > self._size or (not count and self._came < self._size):
            came = f"{self._came} came" if count == 0 else "more came"
            raise WrongFileError(
                self._part.name, f"it is damaged: {self._size} bytes were expected, and {came}."
            )
        buffer[:count] = block
        return count

    def _consumed(self) -> int:
        return self._packed_size * self._came // self._size if self._size else 0


_DAMAGES = (
    EOFError,
    OSError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    struct.error,
)


def _damage(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it is cut off: its end is missing."
    if isinstance(error, OSError) and error.errno:
        return f"it cannot be read: {_reason(error)}."
    if "CRC" in str(error):
        return "it is damaged: its content does not fit its checksum."
    return "it is damaged: it cannot be unpacked."


def _unopened(name: str, error: OSError) -> WrongFileError:
    return WrongFileError(name, f"it cannot be opened: {_reason(error)}.")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _state(file: io.FileIO) -> tuple[int, int, int]:
    """What changes when a file changes; its size is the first."""
    state = os.fstat(file.fileno())
    return state.st_size, state.st_mtime_ns, state.st_ino


def _is_content(member: zipfile.ZipInfo) -> bool:
    """Whether somebody put it there, rather than a computer that keeps notes of its own."""
    folders = member.filename.split("/")
    is_hidden = any(folder.startswith(".") and folder.strip(".") for folder in folders)
    return not (member.is_dir() or is_hidden or folders[0] == "__MACOSX")


def _refuse_overlaps(name: str, members: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes are how a small zip unpacks to more than any disk holds."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise WrongFileError(name, "it is a damaged zip: files in it overlap.")
        end = member.header_offset + member.compress_size


@dataclass
class _Arguments:
    """How arguments are turned into files; `stack` removes what is temporary."""

    downloads: Path
    quiet: bool
    standard_input: BinaryIO | None
    stack: ExitStack

    def named_by(self, argument: str) -> list["_Place"]:
        """The places that an argument names, with what brings the file that is there."""
        if argument == _STANDARD_INPUT:
            if self._stream().isatty():
                raise WrongFileError("standard input", "it is a terminal; a file was expected.")
            return [(self.received, "standard input", "standard input")]
        if _is_url(argument):
            from app.ingest.files.downloads import file_name, refuse_unsafe  # they load httpx

            refuse_unsafe(argument)
            return [(self.downloaded, argument, file_name(argument))]
        if os.path.exists(argument):
            return [self._on_disk(argument)]
        if not glob.has_magic(argument):
            raise WrongFileError(printable(argument), "there is no such file.")
        found = sorted(glob.glob(argument, recursive=True))
        files = [self._on_disk(name) for name in found if not os.path.isdir(name)]
        if not files:
            raise WrongFileError(printable(argument), "no file matches this pattern.")
        return files

    def downloaded(self, url: str) -> Path:
        """The file at an address."""
        from app.ingest.files.downloads import download

        return download(url, self.downloads, quiet=self.quiet)

    def received(self, name: str) -> Path:
        """What comes by standard input."""
        return self._spooled(name, self._stream())

    def _on_disk(self, name: str) -> "_Place":
        try:
            mode = os.stat(name).st_mode
        except OSError as error:
            raise _unopened(printable(name), error) from None
        if stat.S_ISREG(mode):
            return Path, name, name
        if stat.S_ISFIFO(mode):
            return self._piped, name, name
        if stat.S_ISDIR(mode):
            within = os.path.join(printable(name), "*")
            raise WrongFileError(
                printable(name), f"it is a folder; name the files in it, as in '{within}'."
            )
        raise WrongFileError(printable(name), "it is a device; a file was expected.")

    def _piped(self, name: str) -> Path:
        try:
            with open(name, "rb") as pipe:
                return self._spooled(name, pipe)
        except OSError as error:
            raise _unopened(printable(name), error) from None

    def _stream(self) -> BinaryIO:
        return self.standard_input or sys.stdin.buffer

    def _spooled(self, name: str, file: BinaryIO) -> Path:
        """A temporary copy of what comes only once: a zip is read from its end."""
        spool = tempfile.NamedTemporaryFile(prefix="medfacts-")  # noqa: SIM115 -- the stack does
        self.stack.enter_context(spool)
        with phase(f"Receiving {printable(name)}", quiet=self.quiet) as advance:
            while block := file.read(AT_ONCE):
                try:
                    spool.write(block)
                    spool.flush()
                except OSError as error:
                    reason = f"it cannot be kept in {tempfile.gettempdir()}: {_reason(error)}."
                    raise WrongFileError(printable(name), reason) from None
                advance(len(block))
        return Path(spool.name)


_Place: TypeAlias = tuple[Callable[[str], Path], str, str]
"""What brings a file, from where, and what to call it."""
