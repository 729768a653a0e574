"""The tables of a drug label, which openFDA gives as HTML, as rows of cells of plain text.

The HTML is that of SPL (`paragraph`, `item`, `content`, `footnote` beside `td` and `br`), and may
be broken: tags that are never closed or opened lose no text, and what stands in no cell gets one.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]

_INLINE = frozenset(("content", "linkhtml", "a", "b", "i", "u", "em", "strong", "span", "font"))
"""Tags that divide no words. All others do, so that `10<sup>3</sup>` is not read as 103."""

_NO_TEXT = frozenset(("script", "style"))
_TORN_TAG = re.compile(r"/?[A-Za-z][A-Za-z0-9]*\s*(?:$|[^<>]*=)")
"""A tag that is not closed, after its `<`: a name alone, or with an attribute. `5 mg` is none."""

_MOST_COLUMNS, _MOST_ROWS = 1000, 65534
"""The most that a cell can span, by the HTML standard."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text with single blanks, and how many columns and rows it spans."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, and its rows from top to bottom, each with its cells."""

    caption: str | None
    rows: tuple[tuple[Cell, ...], ...]


def rows_of(html: str) -> Table:
    """The table that a piece of HTML holds; a table within a cell is text of that cell."""
    reader = _TableReader()
    reader.feed(_less_torn_tags(_less_comments(html)))
    reader.close()
    return reader.table()


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


@dataclass(slots=True)
class _OpenCell:
    is_header: bool
    colspan: int = 1
    rowspan: int = 1
    texts: list[str] = field(default_factory=list)

    def close(self) -> Cell:
        return Cell(_plain(self.texts), self.colspan, self.rowspan, self.is_header)


class _TableReader(HTMLParser):
    """Gathers the text of a table's caption and cells, and forgets all markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._caption: list[str] = []
        self._rows: list[list[_OpenCell]] = []
        self._cell: _OpenCell | None = None
        self._in_caption = False
        self._in_head = False
        self._depth = 0
        self._no_text: str | None = None

    def table(self) -> Table:
        rows = [tuple(cell.close() for cell in row) for row in self._rows]
        return Table(_plain(self._caption) or None, tuple(row for row in rows if row))

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in _NO_TEXT:
            self._no_text = tag
        elif tag == "table" and (self._depth == 0 or self._cell is not None):
            self._depth += 1
        if self._depth <= 1:
            self._open(tag, attrs)
        if tag not in _INLINE:
            self._add(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._no_text:
            self._no_text = None
        if tag not in _INLINE:
            self._add(" ")
        if self._depth <= 1:
            self._close(tag)
        if tag == "table" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._no_text is None:
            self._add(data)

    def _open(self, tag: str, attrs: Attributes) -> None:
        if tag == "thead":
            self._in_head = True
        elif tag in ("tbody", "tfoot"):
            self._in_head = False
        if tag in ("tr", "thead", "tbody", "tfoot"):
            self._cell = None
            self._in_caption = False
        if tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._in_caption = False
            self._cell = self._new_cell(tag == "th" or self._in_head)
            given = dict(attrs)
            self._cell.colspan = _span(given.get("colspan"), _MOST_COLUMNS)
            self._cell.rowspan = _span(given.get("rowspan"), _MOST_ROWS)
        elif tag == "caption" and self._cell is None:  # in a cell it is the mark of a list's item
            self._in_caption = True

    def _close(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "thead", "tbody", "tfoot", "table"):
            self._cell = None
        if tag == "thead":
            self._in_head = False
        if tag in ("tr", "table"):
            self._rows.append([])
        if tag in ("caption", "table"):
            self._in_caption = False

    def _new_cell(self, is_header: bool) -> _OpenCell:
        if not self._rows:
            self._rows.append([])
        cell = _OpenCell(is_header)
        self._rows[-1].append(cell)
        return cell

    def _add(self, text: str) -> None:
        if self._in_caption:
            self._caption.append(text)
        elif self._cell is not None:
            self._cell.texts.append(text)
        elif text.strip():
            self._cell = self._new_cell(self._in_head)
            self._cell.texts.append(text)


def _span(value: str | None, most: int) -> int:
    """How much a cell spans: 1 where it is not said, or is no number."""
    digits = (value or "").strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 5:
        return 1
    return min(max(int(digits), 1), most)


def _plain(texts: list[str]) -> str:
    return " ".join("".join(texts).split())
