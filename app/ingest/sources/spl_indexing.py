"""FDA's pharmacologic class indexing files: the classes of the substance with a UNII."""

import re

from lxml.etree import _Element

from app.ingest.sources.interface import Record, Substance
from app.ingest.sources.spl_products import NS, UNII_SYSTEM, code_of
from app.models.drug import ClassType, IdentifierSystem

PHARMACOLOGIC_CLASS = "60685-5"
"""The LOINC code of such a file."""

CLASSES = {
    "EPC": ClassType.EPC,
    "MoA": ClassType.MOA,
    "PE": ClassType.PE,
    "CS": ClassType.CS,
    "Chemical/Ingredient": ClassType.CS,
}
"""The types of classes, by what stands in brackets behind their names."""


def is_indexing(document: _Element) -> bool:
    """Whether a document is an indexing file, which is no label."""
    code = document.find(f"{NS}code")
    name = "" if code is None else code.get("displayName") or ""
    return is_of_classes(document) or name.casefold().startswith("indexing")


def is_of_classes(document: _Element) -> bool:
    """Whether a document gives a substance's pharmacologic classes."""
    code = document.find(f"{NS}code")
    return code is not None and code.get("code") == PHARMACOLOGIC_CLASS


def give_classes(record: Record, document: _Element) -> bool:
    """Have a record give its substance, which is known by its UNII alone, the classes of a file.

    False for one that is of no substance: it describes a class. Raises `ValueError` for one that is
    of several.
    """
    inner = f"{NS}identifiedSubstance/{NS}identifiedSubstance"
    substances = list(document.iterfind(f".//{NS}subject/{inner}"))
    uniis = {unii for each in substances if (unii := code_of(each, UNII_SYSTEM))}
    if len(uniis) > 1:
        raise ValueError("it gives the classes of several substances; one was expected.")
    if not uniis:
        return False
    record.substances = [Substance((), ((IdentifierSystem.UNII, uniis.pop()),))]
    kinds = f"{NS}asSpecializedKind/{NS}generalizedMaterialKind/{NS}code"
    for kind in (kind for each in substances for kind in each.iterfind(kinds)):
        named = _CLASS.fullmatch((kind.get("displayName") or "").strip())
        if named and named[2] in CLASSES:
            record.classes.append((named[1], CLASSES[named[2]]))
    return True


_CLASS = re.compile(r"(.+?)\s*\[([^][]+)\]", re.DOTALL)
