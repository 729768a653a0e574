"""The text of a section of an SPL document: as a reader sees it, and beside it its structure.

Paragraphs, the items of lists and the rows of tables are lines; the cells of a row are parted by
tabs. A table's words stand in the text, where it stands, and once more as the table: so they do in
openFDA's labels. Pictures have no text but their captions.
"""

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.ingest.sources.label_scripts import goes_on, joint
from app.ingest.sources.label_tables import TableReader, unmarked, without_marks
from app.ingest.sources.spl_documents import SPL

_LINES = {
    "title": "heading",
    "paragraph": "paragraph",
    "caption": "caption",
    "footnote": "footnote",
}
"""The elements that begin a line, and what that is."""


@dataclass(slots=True)
class Reference:
    """A link to another place of the document: where it stands in the text, and the id."""

    start: int
    end: int
    id: str


@dataclass(slots=True)
class SplText:
    """A text, its structure, its tables, its links, and the ids that stand in it."""

    statement: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    """See `app.models.label_text.TextBlock`."""
    tables: list[dict[str, Any]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    joints: list[tuple[int, int]] = field(default_factory=list)
    """Where a script is joined to its word, and by how many letters."""

    breaks: list[int] = field(default_factory=list)
    """Where a blank stands for a line break in the cell of a table."""

    @property
    def spaced(self) -> str:
        """The text with blanks around scripts, as openFDA has them."""
        pieces, end = [], 0
        for start, length in self.joints:
            pieces.append(self.statement[end:start])
            end = start + length
        return " ".join((*pieces, self.statement[end:]))


def read_text(elements: list[etree._Element]) -> SplText:
    """The text of some elements, one after the other."""
    reader = _TextReader()
    for element in elements:
        reader.read(element)
        reader.end_line()
    return reader.text()


def plain(element: etree._Element | None, *, is_spaced: bool = False) -> str | None:
    """The text of an element in one line, with blanks around scripts if it `is_spaced`; None where
    there is none."""
    text = SplText() if element is None else read_text([element])
    return " ".join((text.spaced if is_spaced else text.statement).split()) or None


class _TextReader:
    """Puts a text together, line by line, with blanks where words are parted."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._is_parted = False
        """Whether a blank is due before the next word."""
        self._is_apart = False
        """Whether a blank is due if the next text begins with a letter or digit."""
        self._joint: str | None = None
        """What joins the script that begins to the text before, if it is joined."""
        self._is_mark = False
        """Whether the line is as yet but the mark of an item."""
        self._line: tuple[str, int, int] | None = None
        """What is open: its type, level and start."""
        self._next: tuple[str, int] = ("paragraph", 0)
        """What the next text is a line of, if none is open."""
        self._of = SplText()

    def text(self) -> SplText:
        """What was read."""
        self._of.statement = "".join(self._pieces)
        return self._of

    def read(self, element: etree._Element, level: int = 0) -> None:
        """Take an element with all that is in it, less what follows it."""
        tag = element.tag
        if not isinstance(tag, str):
            return
        tag = tag.rpartition("}")[2]
        if id_ := element.get("ID"):
            self._of.ids.append(id_)
        if tag == "table":
            self._read_table(element, level)
        elif tag == "br":
            self._break()
        elif tag in ("sub", "sup"):
            self._read_script(element, level)
        elif tag == "linkHtml":
            before, start = len(self._pieces), self._length
            self._read_inside(element, level)
            self._refer(before, start, element)
        elif tag == "list":
            self.end_line()
            self._read_inside(element, level + 1)
            self.end_line()
            self._next = ("paragraph", level)
        elif tag == "item":
            self.end_line()
            self._next = ("list_item", level)
            self._read_inside(element, level)
            self.end_line()
        elif tag == "caption" and element.getparent().tag == f"{SPL}item":
            self._read_inside(element, level)  # the mark of the item
            self._is_parted = self._is_mark = True
        elif tag in _LINES:
            begins_item = tag == "paragraph" and (
                self._is_mark or (self._line is None and self._next[0] == "list_item")
            )
            if not begins_item:
                self.end_line()
                self._next = (_LINES[tag], level)
            self._read_inside(element, level)
            self.end_line()
            self._next = ("paragraph", level)
        else:
            self._read_inside(element, level)

    def _read_inside(self, element: etree._Element, level: int) -> None:
        if element.text:
            self._add(element.text)
        for child in element:
            self.read(child, level)
            if child.tail:
                self._add(child.tail)

    def _read_script(self, element: etree._Element, level: int) -> None:
        is_sub = element.tag == f"{SPL}sub"
        script, after = "".join(element.itertext()), (element.tail or "")[:20]
        before = "".join(self._pieces[-8:])[-20:] if self._line else ""
        if self._is_parted:
            before += " "
        self._joint = joint(is_sub, before, script, after)
        self._is_apart = self._joint is None
        self._read_inside(element, level)
        self._joint = None
        self._is_apart = not goes_on(is_sub, script, after)
        if not self._is_apart and self._line:
            self._of.joints.append((self._length, 0))

    def _add(self, text: str) -> None:
        words = text.split()
        if not words:
            self._is_parted = self._is_parted or bool(text)
            return
        if self._line is None:
            self._begin()
        elif self._joint is not None:
            self._of.joints.append((self._length, len(self._joint)))
            self._write(self._joint)
        elif self._pieces[-1] != "\n" and (
            self._is_parted or text[0].isspace() or self._touches(words[0])
        ):
            self._write(" ")
        self._write(" ".join(words))
        self._joint = None
        self._is_parted, self._is_apart, self._is_mark = text[-1].isspace(), False, False

    def _touches(self, word: str) -> bool:
        """Whether a word and the text before would be read as one, though they stand apart."""
        before = self._pieces[-1][-1]
        return self._is_apart and before.isalnum() and word[0].isalnum()

    def _begin(self) -> None:
        if self._pieces:
            self._write("\n")
        self._line = (*self._next, self._length)
        self._is_parted = self._is_apart = False

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _break(self) -> None:
        if self._line is not None and self._pieces[-1] != "\n":
            self._write("\n")
        self._is_parted = False

    def end_line(self) -> None:
        """End the line that is open."""
        if self._line is None:
            return
        while self._pieces[-1] == "\n":
            self._pieces.pop()
            self._length -= 1
        type_, level, start = self._line
        block = {"type": type_, "start": start, "end": self._length, "level": level}
        self._of.blocks.append(block)
        self._line = None
        self._is_parted = self._is_apart = self._is_mark = False

    def _refer(self, before: int, start: int, link: etree._Element) -> None:
        """Note a link to another place of the document, less the blank before its text."""
        href = (link.get("href") or "").strip()
        text = "".join(self._pieces[before:])
        start += len(text) - len(text.lstrip())
        if href.startswith("#") and start < self._length:
            self._of.references.append(Reference(start, self._length, href[1:]))

    def _read_table(self, element: etree._Element, level: int) -> None:
        self.end_line()
        reader = TableReader(marks_breaks=True)
        hrefs: list[str] = []
        _feed(reader, element, self._of.ids, hrefs)
        table = reader.marked()
        lines = [table["caption"] or ""]
        lines += ["\t".join(cell["text"] for cell in row) for row in table["rows"]]
        lines += table["footnotes"]
        said = unmarked("\n".join(line for line in lines if line.strip()))
        if not said.text:
            return
        self._next = ("table", level)
        self._begin()
        start = self._length
        self._write(said.text)
        self._of.joints += [(start + at, length) for at, length in said.joints]
        self._of.breaks += [start + at for at in said.breaks]
        for begin, end, link in sorted(said.links):
            self._of.references.append(Reference(start + begin, start + end, hrefs[link]))
        self.end_line()
        self._of.tables.append(without_marks(table))
        self._next = ("paragraph", level)


def _feed(reader: TableReader, element: etree._Element, ids: list[str], hrefs: list[str]) -> None:
    """Have a table be read: each element's begin, text and end; note ids, and what links name."""
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    href = (element.get("href") or "").strip() if tag == "linkHtml" else ""
    reader.start(tag, element.attrib)
    if href.startswith("#"):
        hrefs.append(href[1:])
        reader.start_link(len(hrefs) - 1)
    if id_ := element.get("ID"):
        ids.append(id_)
    if element.text:
        reader.add(element.text)
    for child in element:
        _feed(reader, child, ids, hrefs)
        if child.tail:
            reader.add(child.tail)
    if href.startswith("#"):
        reader.end_link()
    reader.end(tag)
