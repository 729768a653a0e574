"""SPL documents: the XML of one label, read safely, and what it says of itself.

HL7 Structured Product Labeling has no DOCTYPE, so a document with one is refused: what an entity
stands for is never looked up, in the document, on the disk or on the network.
"""

import re
from dataclasses import dataclass

from lxml import etree

from app.ingest.sources.label_facts import is_in_calendar

SPL = "{urn:hl7-org:v3}"

LONGEST = 15_000_000
"""Bytes that a document may have: ten times those of a long label. It is in memory as a whole."""

_ANY = (etree._Comment, etree._ProcessingInstruction)


@dataclass(slots=True)
class SplDocument:
    """A document, and what its header says."""

    root: etree._Element
    set_id: str
    version: int
    day: str
    """The day from which it is in effect, as precisely as it says: `YYYYMMDD`, `YYYYMM`, `YYYY`."""
    type_code: str
    """The LOINC code of what it is: a prescription drug's label, an indexing file."""
    type_name: str
    manufacturers: list[str]


def read_document(xml: bytes) -> SplDocument:
    """The document that some bytes are. Raises `ValueError`, which says why they are none."""
    root = _parse(xml)
    if root.tag != f"{SPL}document":
        raise ValueError("it is no SPL document.")
    set_id, version = _value(root, "setId", "root"), _value(root, "versionNumber", "value")
    time = _value(root, "effectiveTime", "value")
    if not _SET_ID.fullmatch(set_id):
        raise ValueError("it has no set id.")
    if not _VERSION.fullmatch(version):
        raise ValueError(f"its version {version!r} is no number.")
    day = _DAY.match(time)
    if day is None or not is_in_calendar(day[1]):
        raise ValueError(f"its effective time {time[:40]!r} is no day; YYYYMMDD was expected.")
    names = root.iterfind(f"{SPL}author/{SPL}assignedEntity/{SPL}representedOrganization/{SPL}name")
    return SplDocument(
        root,
        set_id,
        int(version),
        day[1],
        _value(root, "code", "code"),
        _value(root, "code", "displayName"),
        [" ".join(name.text.split()) for name in names if name.text and name.text.strip()],
    )


def _parse(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    has_doctype = _DOCTYPE.match(xml[:_HEAD]) is not None
    if not has_doctype:
        try:
            root = etree.fromstring(xml, parser)
        except (etree.XMLSyntaxError, LookupError, ValueError) as error:
            raise ValueError(f"its XML cannot be read: {_reason(error)}.") from None
        has_doctype = root.getroottree().docinfo.internalDTD is not None  # of any encoding
    if has_doctype:
        raise ValueError("it has a DOCTYPE, which no SPL document has.")
    return root


def _reason(error: Exception) -> str:
    return str(error).split(", line ")[0].splitlines()[0].rstrip(".")[:200] if str(error) else "?"


def _value(root: etree._Element, name: str, attribute: str) -> str:
    element = root.find(f"{SPL}{name}")
    return "" if element is None else (element.get(attribute) or "").strip()


_HEAD = 10_000
"""Bytes of a document that a DOCTYPE is looked for in, before anything else is."""
_SET_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_VERSION = re.compile(r"[0-9]{1,6}")
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
"""A DOCTYPE where it is one: in a comment it is text."""
_DAY = re.compile(r"([0-9]{4}(?:[0-9]{2}){0,2})(?:$|(?<=[0-9]{8})[0-9.+-]*$)")
