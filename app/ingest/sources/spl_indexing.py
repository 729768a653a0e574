"""FDA's pharmacologic class indexing files: the classes of the substance with a UNII."""

import re

from lxml import etree

from app.ingest.sources.spl_documents import SPL
from app.ingest.sources.spl_products import UNII_SYSTEM, code_of
from app.models.drug import ClassType

INDEXING_OF_CLASSES = "60685-5"
"""The LOINC code that such a file has."""

CLASSES = {
    "EPC": ClassType.EPC,
    "MoA": ClassType.MOA,
    "PE": ClassType.PE,
    "CS": ClassType.CS,
    "Chemical/Ingredient": ClassType.CS,
}
"""The types of classes, by what stands in brackets behind their names."""


def classes_of(root: etree._Element) -> tuple[str | None, list[tuple[str, ClassType]]]:
    """The UNII of the substance that a file is of, and its classes; no UNII where it describes a
    class. Raises `ValueError` for a file of several substances."""
    inner = f"{SPL}identifiedSubstance/{SPL}identifiedSubstance"
    substances = list(root.iterfind(f".//{SPL}subject/{inner}"))
    uniis = {unii for each in substances if (unii := code_of(each, UNII_SYSTEM))}
    if len(uniis) > 1:
        raise ValueError("it gives the classes of several substances; one was expected.")
    codes = f"{SPL}asSpecializedKind/{SPL}generalizedMaterialKind/{SPL}code"
    classes = []
    for code in (code for each in substances for code in each.iterfind(codes)):
        named = _CLASS.fullmatch((code.get("displayName") or "").strip())
        if named and named[2] in CLASSES:
            classes.append((named[1], CLASSES[named[2]]))
    return next(iter(uniis), None), classes


_CLASS = re.compile(r"(.+?)\s*\[([^][]+)\]", re.DOTALL)
