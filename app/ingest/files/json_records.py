"""JSON files that are too large to be held in memory, read a record at a time.

Python's own scanner reads each record, so this is as fast as reading the whole file by it. ijson on
yajl took 1.0 to 1.5 times as long over labels and studies, and does not say which record is broken.
"""

import codecs
import json
import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, NoReturn

from app.ingest.sources.interface import InputPart, WrongFileError

READ_AT_ONCE = 2 * 1024 * 1024
"""Bytes."""

LONG_ENOUGH = 512 * 1024
"""Characters that most records fit into: with as many at hand, few are cut and read again."""

LONGEST_RECORD = 64 * 1024 * 1024
"""Characters: far longer than any record, and so short that no file exhausts the memory."""


class JsonRecords:
    """The records of a JSON file, one at a time and in their order.

    The file is an array of records, or an object that holds one under one of the names in `lists`,
    or, if it holds none of those, one record by itself. `list_name` is the name that the list was
    found under, and None otherwise. `head` are the object's other members: while the records are
    read, those that stand before them; after that, all.

    Takes as much memory as the longest record. Raises `WrongFileError` for a file that is not JSON,
    not UTF-8 or cut off, when it gets there, with the number of the record, from 1.
    """

    def __init__(self, part: InputPart, lists: Collection[str]) -> None:
        self.head: dict[str, Any] = {}
        self.list_name: str | None = None
        self._part = part
        self._lists = lists

    def __iter__(self) -> Iterator[Any]:
        self.head = {}
        self.list_name = None
        with self._part.open() as file:
            text = _Text(self._part.name, file)
            if text.opening() == "[":
                yield from text.elements()
            else:
                yield from self._of_object(text)
            text.end()

    def _of_object(self, text: "_Text") -> Iterator[Any]:
        members = self.head
        for name in text.members():
            if name not in self._lists or text.next() != "[":
                members[name] = text.value()
            elif self.list_name is not None:
                text.refuse(
                    f"it holds two lists, {self.list_name!r} and {name!r}; one was expected."
                )
            else:
                self.list_name = name
                yield from text.elements()
        if self.list_name is None:
            self.head = {}
            yield members


class _Text:
    """The text of a file that is being read: what was read and not yet taken."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self._name = name
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._bytes_read = 0
        self._is_whole = False
        self._not_utf8: str | None = None
        self._place = "at its beginning"

    def opening(self) -> str:
        """The `[` or `{` that a JSON file begins with; it stays the next character."""
        first = self.next()
        if not first:
            self.refuse("it is empty; a JSON file was expected.")
        if first not in "[{":
            self.refuse(f"it is no JSON file of records: it begins with {self._excerpt()}.")
        return first

    def elements(self) -> Iterator[Any]:
        """The values of the array that comes next."""
        self._take("[", "'[' was expected")
        number = 1
        self._place = "in record 1"
        if self.next() == "]":
            self._at += 1
        else:
            yield self.value()
            while self._take(",]", "',' or ']' was expected after it") == ",":
                number += 1
                self._place = f"in record {number}"
                yield self.value()
        self._place = "after its last record"

    def members(self) -> Iterator[str]:
        """The names of the members of the object that comes next, each before its value."""
        self._take("{", "'{' was expected")
        if self.next() == "}":
            self._at += 1
            return
        while True:
            if self.next() != '"':
                self._expected("a name in double quotes was expected")
            name = self.value()
            self._place = f"in its member {name!r}"
            self._take(":", "':' was expected after the name")
            yield name
            if self._take(",}", "',' or '}' was expected after it") == "}":
                return

    def value(self) -> Any:
        """The value that comes next."""
        if len(self._text) - self._at < LONG_ENOUGH and not self._not_utf8:
            self._read_on()
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not _is_cut(error):
                    what = error.msg.removesuffix(" at")
                    self._not_json(f"{what} at its character {error.pos - self._at + 1}")
            except RecursionError:
                self.refuse(f"{self._place} its values are nested too deeply to be read.")
            except ValueError as error:
                self._not_json(str(error))
            else:
                if end < len(self._text) or self._text[end - 1] in '}]"' or not self._read_on():
                    self._at = end
                    return value
                continue
            if not self._read_on():
                self._cut_off()

    def end(self) -> None:
        """Makes sure that nothing comes after."""
        if self.next():
            self.refuse(f"something follows after its end: {self._excerpt()}.")

    def next(self) -> str:
        """The next character that is no blank, without taking it; "" at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_on():
                return ""

    def refuse(self, reason: str) -> NoReturn:
        raise WrongFileError(self._name, reason) from None

    def _take(self, characters: str, expected: str) -> str:
        character = self.next()
        if not character or character not in characters:
            self._expected(expected)
        self._at += 1
        return character

    def _expected(self, what: str) -> NoReturn:
        if not self.next():
            self._cut_off()
        self._not_json(f"{what}, not {self._excerpt()}")

    def _read_on(self) -> bool:
        """Reads as much again as waits to be taken, so that a long record is read few times."""
        if self._not_utf8:
            self.refuse(f"{self._place} {self._not_utf8}.")
        if self._is_whole:
            return False
        waiting = len(self._text) - self._at
        if waiting > LONGEST_RECORD:
            self.refuse(f"{self._place} a value is longer than {LONGEST_RECORD} characters.")
        read = self._file.read(max(READ_AT_ONCE, waiting))
        self._bytes_read += len(read)
        self._is_whole = not read
        self._text = self._text[self._at :] + self._decoded(read)
        self._at = 0
        return True

    def _decoded(self, read: bytes) -> str:
        """Its text, as far as it is UTF-8: there may be whole records in it, to be counted."""
        try:
            return self._decoder.decode(read, final=not read)
        except UnicodeDecodeError as error:
            if read:
                offset = self._bytes_read - len(error.object) + error.start
                self._not_utf8 = f"byte {offset} (0x{error.object[error.start]:02x}) is not UTF-8"
            else:
                self._not_utf8 = "it is cut off, in the midst of a character"
            return self._text_before(error)

    def _text_before(self, error: UnicodeDecodeError) -> str:
        text = error.object[: error.start].decode()
        is_first = self._bytes_read == len(error.object)
        return text.removeprefix("\ufeff") if is_first else text

    def _cut_off(self) -> NoReturn:
        self.refuse(f"it is cut off {self._place}.")

    def _not_json(self, why: str) -> NoReturn:
        self.refuse(f"{self._place} it is not JSON: {why}.")

    def _excerpt(self) -> str:
        return repr(self._text[self._at : self._at + 30].split("\n")[0])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


class PrintedFloat(float):
    """A number with a point or an exponent, which as text is what the file prints: `1E5`."""

    __slots__ = ("_printed",)
    _printed: str

    def __new__(cls, printed: str) -> "PrintedFloat":
        number = super().__new__(cls, printed)
        number._printed = printed
        return number

    def __str__(self) -> str:
        return self._printed


_DECODER = json.JSONDecoder(parse_float=PrintedFloat, parse_constant=_refuse_constant)
_BLANKS = re.compile(r"[ \t\n\r]*")
_HALF_A_TOKEN = re.compile(r"[\w.+-]{0,20}\s*")


def _is_cut(error: json.JSONDecodeError) -> bool:
    """Whether the text may have been right, but ended too early."""
    if error.msg.startswith("Unterminated string"):
        return True
    return bool(_HALF_A_TOKEN.fullmatch(error.doc, error.pos))
