"""The tables of a drug label, which openFDA gives as HTML, as rows of cells of plain text.

The HTML is that of SPL (`paragraph`, `item`, `content`, `footnote` beside `td` and `br`), and well
formed in every label that was seen, so the parser of XML reads it. What that refuses is read by
the one of HTML, in three times as long: tags that are never closed or opened lose no text, and
what stands in no cell gets one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from xml.parsers import expat

from app.ingest.sources import label_scripts

_INLINE = frozenset(
    ("content", "linkHtml", "linkhtml", "a", "b", "i", "u", "em", "strong", "span", "font")
)
"""Tags that divide no words. All others do, but those of scripts."""

_SCRIPTS = {"sup": "\x01", "sub": "\x02"}
_END = "\x03"
_SCRIPT = re.compile(f"([\x01\x02])([^\x01-{_END}]*){_END}")
"""A script, as it is marked until its cell is read as a whole."""

_BREAK = "\x0e"
"""A line break in a cell, where the reader marks them."""
_BREAKS = re.compile(rf"\s*{_BREAK}[\s{_BREAK}]*")
_LINES = frozenset(("br", "paragraph", "item"))

_LINK = ("\x04", "\x05", "\x07")
"""Where the number of a link begins, its text, and what is after."""
_MARKED = re.compile("[\x01-\x07\x0e]")
_NO_LINK = re.compile(r"\x04[0-9]+\x05\s*\x07")
_BLANK_IN_LINK = re.compile(r"(\x04[0-9]+\x05)(\s+)|(\s+)(\x07)")
_MARKS = re.compile(rf"{label_scripts.MARK}(?P<sign>\^?)|\x04(?P<link>[0-9]+)\x05|\x07|{_BREAK}")

_NO_TEXT = frozenset(("script", "style"))
_PARTS = frozenset(("thead", "tbody", "tfoot"))
_REFERENCES = frozenset(("footnoteRef", "footnoteref"))
_ROWS = frozenset(("tr", "td", "th"))
_OF_TABLES = _NO_TEXT | _PARTS | _REFERENCES | _ROWS | {"table", "caption", "footnote"}

_NO_XML = re.compile("<(?:!|/?[A-Z])")
"""Comments, entities of its own, which could grow, and tags in capitals: they are read as HTML."""

_TORN_TAG = re.compile(r"/?[A-Za-z][A-Za-z0-9]*\s*(?:$|[^<>]*=)")
"""A tag that is not closed, after its `<`: a name alone, or with an attribute. `5 mg` is none."""

_MOST_COLUMNS, _MOST_ROWS = 1000, 65534
"""The most that a cell can span, by the HTML standard."""


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table, and by what it is found in the text that repeats it."""

    table: dict[str, Any]
    """See `app.models.label_table.LabelTable`."""
    letters: str
    """All its text in the order of the HTML, without white space."""


def read_table(html: str) -> ReadTable:
    """The table that a piece of HTML holds; a table within a cell is text of that cell."""
    reader = TableReader()
    if not _NO_XML.search(html):
        try:
            _parse_xml(html, reader)
            return reader.read()
        except (expat.ExpatError, UnicodeError):
            reader = TableReader()
    parser = _HtmlParser(reader)
    parser.feed(_less_torn_tags(_less_comments(html)))
    parser.close()
    return reader.read()


def _parse_xml(html: str, reader: "TableReader") -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.add
    parser.Parse(html, True)


class _HtmlParser(HTMLParser):
    def __init__(self, reader: "TableReader") -> None:
        super().__init__(convert_charrefs=True)
        self._reader = reader
        self.handle_endtag = reader.end  # type: ignore[method-assign]
        self.handle_data = reader.add  # type: ignore[method-assign, assignment] # `data` is text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._reader.start(tag, dict(attrs))


def _less_comments(html: str) -> str:
    """The HTML without its comments; one that is not closed is text."""
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return "".join((*kept, html[at:]))


def _less_torn_tags(html: str) -> str:
    """The HTML with `<` escaped where it begins no tag, and without tags that no `>` closes.

    On either, the parser would look for its end again and again: a minute for 100 kB of them.
    """
    first, *rest = html.split("<")
    kept = [first]
    for piece in rest:
        if ">" in piece and (piece[0].isalpha() or piece[0] in "/!?"):
            kept.append("<" + piece)
        elif not _TORN_TAG.match(piece):
            kept.append("&lt;" + piece)
    return "".join(kept)


Attributes = Mapping[str, str | None]


@dataclass(slots=True)
class _Cell:
    is_header: bool
    colspan: int = 1
    rowspan: int = 1
    texts: list[str] = field(default_factory=list)
    footnotes: list[int | str] = field(default_factory=list)
    """Their numbers, or, of one that may come later, its id."""


class TableReader:
    """Gathers the text of a table's caption, cells and footnotes, and forgets all markup."""

    def __init__(self, *, marks_breaks: bool = False) -> None:
        self._marks_breaks = marks_breaks
        self._letters: list[str] = []
        self._caption: list[str] = []
        self._footnotes: list[list[str]] = []
        self._numbers: dict[str, int] = {}
        self._footnote: list[str] | None = None
        self._body: list[list[_Cell]] = []
        self._foot: list[list[_Cell]] = []
        self._rows = self._body
        self._cell: _Cell | None = None
        self._in_caption = False
        self._in_head = False
        self._depth = 0
        self._no_text: str | None = None

    def read(self) -> ReadTable:
        """The table, when all of it was given; the rows of its foot are its last."""
        return ReadTable(without_marks(self.marked()), "".join("".join(self._letters).split()))

    def marked(self) -> dict[str, Any]:
        """The table with marks in its texts, for `unmarked`."""
        return {
            "caption": _plain(self._caption) or None,
            "rows": [*self._rows_of(self._body), *self._rows_of(self._foot)],
            "footnotes": [_plain(texts) for texts in self._footnotes],
        }

    def _rows_of(self, rows: list[list[_Cell]]) -> list[list[dict[str, Any]]]:
        rows = [row for row in rows if row]
        return [
            [self._as_said(cell, len(rows) - place) for cell in row]
            for place, row in enumerate(rows)
        ]

    def _as_said(self, cell: _Cell, rows_left: int) -> dict[str, Any]:
        said: dict[str, Any] = {"text": _plain(cell.texts)}
        if cell.is_header:
            said["header"] = True
        if cell.colspan > 1:
            said["colspan"] = cell.colspan
        if (rowspan := min(cell.rowspan, rows_left)) > 1:
            said["rowspan"] = rowspan
        if not cell.footnotes:
            return said
        known = [one if isinstance(one, int) else self._numbers.get(one) for one in cell.footnotes]
        if numbers := sorted({number for number in known if number}):
            said["footnotes"] = numbers
        return said

    def start(self, tag: str, attributes: Attributes) -> None:
        """A tag begins."""
        if tag not in _OF_TABLES:
            if tag in _SCRIPTS:
                self._mark(_SCRIPTS[tag])
            elif tag in _LINES and self._marks_breaks:
                self._mark(_BREAK)
            elif tag not in _INLINE:
                self._divide()
            return
        if tag in _ROWS:
            if self._depth <= 1:
                self._open(tag, attributes)
        elif tag in _NO_TEXT:
            self._no_text = tag
        elif tag == "table" and (self._depth == 0 or self._cell is not None):
            self._depth += 1
        elif tag == "footnote" or tag in _REFERENCES:
            self._refer(tag, attributes)
        elif self._depth <= 1:
            self._open(tag, attributes)
        self._divide()

    def end(self, tag: str) -> None:
        """A tag ends."""
        if tag in _SCRIPTS:
            self._mark(_END)
        elif tag not in _INLINE:
            self._divide()
        if tag not in _OF_TABLES:
            return
        if tag == self._no_text:
            self._no_text = None
        elif tag == "footnote":
            self._footnote = None
        elif tag == "table":
            if self._depth <= 1:
                self._close(tag)
            self._depth = max(self._depth - 1, 0)
        elif self._depth <= 1:
            self._close(tag)

    def add(self, text: str) -> None:
        """Text stands there."""
        if self._no_text is not None:
            return
        self._letters.append(text)
        if (texts := self._texts()) is not None:
            texts.append(text)
        elif not text.isspace():
            self._cell = self._new_cell(self._in_head)
            self._cell.texts.append(text)

    def start_link(self, number: int) -> None:
        """A link begins, which is known by a number."""
        self._mark(f"{_LINK[0]}{number}{_LINK[1]}")

    def end_link(self) -> None:
        """A link ends."""
        self._mark(_LINK[2])

    def _divide(self) -> None:
        """Have a blank between the words before and behind."""
        self._mark(" ")

    def _mark(self, mark: str) -> None:
        if (texts := self._texts()) is not None:
            texts.append(mark)

    def _texts(self) -> list[str] | None:
        """Those of what is open."""
        if self._footnote is not None:
            return self._footnote
        if self._cell is not None:
            return self._cell.texts
        return self._caption if self._in_caption else None

    def _refer(self, tag: str, attributes: Attributes) -> None:
        """A footnote, which stands where it is referred to first, or a reference to one."""
        given = {name.lower(): value or "" for name, value in attributes.items()}
        number: int | str = given.get("idref", "")
        if tag == "footnote":
            self._footnote = []
            self._footnotes.append(self._footnote)
            number = len(self._footnotes)
            if id_ := given.get("id"):
                self._numbers[id_] = number
        if self._cell is not None:
            self._cell.footnotes.append(number)

    def _open(self, tag: str, attributes: Attributes) -> None:
        if tag in _PARTS:
            self._in_head = tag == "thead"
            self._rows = self._foot if tag == "tfoot" else self._body
        if tag in _PARTS or tag == "tr":
            self._cell = self._footnote = None
            self._in_caption = False
        if tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._in_caption = False
            self._footnote = None
            self._cell = self._new_cell(tag == "th" or self._in_head)
            self._cell.colspan = _span(attributes.get("colspan"), _MOST_COLUMNS)
            self._cell.rowspan = _span(attributes.get("rowspan"), _MOST_ROWS)
        elif tag == "caption" and self._cell is None:  # in a cell it is the mark of a list's item
            self._in_caption = True

    def _close(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table") or tag in _PARTS:
            self._cell = self._footnote = None
        if tag in _PARTS:
            self._in_head = False
            self._rows = self._body
        if tag in ("tr", "table"):
            self._rows.append([])
        if tag in ("caption", "table"):
            self._in_caption = False

    def _new_cell(self, is_header: bool) -> _Cell:
        if not self._rows:
            self._rows.append([])
        cell = _Cell(is_header)
        self._rows[-1].append(cell)
        return cell


def _span(value: str | None, most: int) -> int:
    """How much a cell spans: 1 where it is not said, or is no number."""
    digits = (value or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return 1
    return max(int(digits), 1) if len(digits) < 5 and int(digits) <= most else most


def _plain(texts: list[str]) -> str:
    text = "".join(texts)
    if _MARKED.search(text):
        text = _BREAKS.sub(_BREAK, text.strip(f" \n\t\r{_BREAK}"))
        text = _NO_LINK.sub(" ", _with_scripts(" ".join(text.split())))
        text = _BLANK_IN_LINK.sub(r"\2\1\4\3", text)
    return " ".join(text.split())


def _with_scripts(text: str) -> str:
    """The text with its scripts joined to their words or apart from them."""
    pieces: list[str] = []
    end = 0
    for found in _SCRIPT.finditer(text):
        before, after = text[end : found.start()], text[found.end() : found.end() + 20]
        pieces.append(before)
        is_sub, script = found[1] == _SCRIPTS["sub"], found[2]
        glue = label_scripts.joint(is_sub, "".join(pieces[-4:])[-20:], script, after)
        end = found.end()
        if glue is None:
            pieces.append(f" {script} ")
            continue
        pieces[-1] = before.rstrip()
        pieces.append(f"{label_scripts.MARK}{glue}{script.strip()}")
        if label_scripts.goes_on(is_sub, script, after):
            pieces.append(label_scripts.MARK)
        elif script[-1:].isspace() or (script[-1:].isalnum() and after[:1].isalnum()):
            pieces.append(" ")
    return _UNPAIRED.sub(" ", "".join((*pieces, text[end:])))


_UNPAIRED = re.compile("[\x01-\x03]")


@dataclass(slots=True)
class Unmarked:
    """A text without marks, and what these said of it."""

    text: str = ""
    joints: list[tuple[int, int]] = field(default_factory=list)
    """Where a script is joined to its word, and by how many letters."""
    breaks: list[int] = field(default_factory=list)
    """Where a blank stands for a line break in a cell."""
    links: list[tuple[int, int, int]] = field(default_factory=list)
    """Where a link begins and ends, and its number."""


def unmarked(text: str) -> Unmarked:
    """The text of a table without its marks."""
    of = Unmarked(text)
    if not _MARKED.search(text):
        return of
    pieces: list[str] = []
    open_: list[tuple[int, int]] = []
    length = end = 0
    for found in _MARKS.finditer(text):
        piece = text[end : found.start()]
        length, end = length + len(piece), found.end()
        pieces.append(piece)
        if found["link"]:
            open_.append((length, int(found["link"])))
        elif found[0] == _LINK[2]:
            if open_:
                start, number = open_.pop()
                of.links.append((start, length, number))
        elif found[0] == _BREAK:
            of.breaks.append(length)
            pieces.append(" ")
            length += 1
        else:
            sign = found["sign"]
            of.joints.append((length, len(sign)))
            pieces.append(sign)
            length += len(sign)
    of.text = "".join((*pieces, text[end:]))
    return of


def without_marks(table: dict[str, Any]) -> dict[str, Any]:
    """A table without the marks in its texts; a line of a cell is one."""
    for row in table["rows"]:
        for cell in row:
            said = unmarked(cell["text"])
            lines = zip([0, *(at + 1 for at in said.breaks)], [*said.breaks, None], strict=True)
            cell["text"] = "\n".join(said.text[start:end] for start, end in lines)
    return table | {
        "caption": unmarked(table["caption"] or "").text or None,
        "footnotes": [unmarked(footnote).text for footnote in table["footnotes"]],
    }
