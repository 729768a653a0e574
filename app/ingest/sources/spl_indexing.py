"""FDA's pharmacologic class indexing files: the classes of the substance with a UNII."""

import re

from lxml import etree

from app.ingest.sources.interface import Record, Substance
from app.ingest.sources.spl_documents import SPL
from app.ingest.sources.spl_products import UNII_SYSTEM, code_of
from app.models.drug import ClassType, IdentifierSystem

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


def read_classes(record: Record, root: etree._Element) -> None:
    """Give a record the substance that a file is of, by its UNII, and its classes; none where it
    describes a class. Raises `ValueError` for a file of several substances."""
    inner = f"{SPL}identifiedSubstance/{SPL}identifiedSubstance"
    substances = list(root.iterfind(f".//{SPL}subject/{inner}"))
    uniis = {unii for each in substances if (unii := code_of(each, UNII_SYSTEM))}
    if len(uniis) > 1:
        raise ValueError("it gives the classes of several substances; one was expected.")
    codes = f"{SPL}asSpecializedKind/{SPL}generalizedMaterialKind/{SPL}code"
    for code in (code for each in substances for code in each.iterfind(codes)):
        named = _CLASS.fullmatch((code.get("displayName") or "").strip())
        if named and named[2] in CLASSES:
            record.classes.append((named[1], CLASSES[named[2]]))
        else:
            record.left_out[f"classes of another type: {named[2] if named else 'none'}"] += 1
    for unii in uniis:
        names = [each.findtext(f"{SPL}name") for each in substances]
        record.substances = [
            Substance(
                (),
                ((IdentifierSystem.UNII, unii),),
                synonyms=tuple([" ".join(name.split()) for name in names if name]),
            )
        ]


_CLASS = re.compile(r"(.+?)\s*\[([^][]+)\]", re.DOTALL)
