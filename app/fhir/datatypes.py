"""Elements that FHIR's resources are made of, in R5 and R4B.

A resource is a mapping, as its JSON is. FHIR knows no null and nothing empty: `filled` leaves out
what is.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any

from app.models.base import Row

LONGEST_ID = 64
"""Letters of an id of FHIR's; ids here may have more."""

DIGEST = 12
"""Letters of the digest that stands for the rest of a longer id."""

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
LOINC = "http://loinc.org"
CLINICAL_TRIALS = "http://clinicaltrials.gov"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
CITATION = "http://hl7.org/fhir/StructureDefinition/artifact-relatedArtifact"
"""HL7's extension for what a resource rests on."""

CODES = {
    "rxcui": RXNORM,
    "unii": "http://fdasis.nlm.nih.gov",
    "atc": "http://www.whocc.no/atc",
    "cas": "urn:oid:2.16.840.1.113883.6.61",
}
"""The terminologies of codes that a drug has, as HL7 names them, by what they are called here."""

REGISTRIES = {
    "drugbank": "https://go.drugbank.com/drugs",
    "chembl": "https://www.ebi.ac.uk/chembl",
    "gtopdb": "https://www.guidetopharmacology.org",
    "pubchem_cid": "https://pubchem.ncbi.nlm.nih.gov",
    "inchikey": "https://www.inchi-trust.org",
    "spl_set_id": "https://dailymed.nlm.nih.gov",
}
"""What issued the identifiers that are no codes of a terminology."""

CONDITIONS = {
    "mesh": "http://id.nlm.nih.gov/mesh",
    "efo": "http://www.ebi.ac.uk/efo",
    "mondo": "http://purl.obolibrary.org/obo/mondo.owl",
}
"""The terminologies of conditions' codes."""

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BLANKS = re.compile(r"\s+")


class FhirVersion(StrEnum):
    """The versions of FHIR that are served, as paths name them."""

    R5 = "r5"
    R4B = "r4b"

    @property
    def number(self) -> str:
        """As a CapabilityStatement has it."""
        return {"r5": "5.0.0", "r4b": "4.3.0"}[self.value]

    @property
    def media_type(self) -> str:
        """The media type of its resources, which names the version."""
        return f"application/fhir+json; fhirVersion={self.number[:3]}"


@dataclass(frozen=True)
class Served:
    """What resources are served as: which version, where, and of which release."""

    version: FhirVersion
    address: str
    """Where this server is reached."""
    release: str

    @property
    def base(self) -> str:
        """The base address of the version."""
        return f"{self.address}/fhir/{self.version}"

    @property
    def is_r5(self) -> bool:
        """Whether it is R5, and not R4B."""
        return self.version is FhirVersion.R5

    def resource(self, type_: str, id_: str, **elements: Any) -> Row:
        """A resource, less what is empty; its version is the release.

        When that was loaded is each server's own: the header `Last-Modified` says it.
        """
        meta = {"versionId": self.release}
        return filled({"resourceType": type_, "id": id_, "meta": meta, **elements})

    def system(self, name: str) -> str:
        """The address of a code system of this server's own."""
        return f"{self.address}/fhir/CodeSystem/{name}"

    def extension(self, name: str, **value: Any) -> Row:
        """An extension of this server's own."""
        return {"url": f"{self.address}/fhir/StructureDefinition/{name}", **value}

    def identifier(self, kind: str, id_: str) -> Row:
        """A record's own id, whole, and where its JSON is."""
        return {"system": f"{self.address}/v1/{kind}", "value": id_}


def filled(element: Row) -> Row:
    """An element less what is null or empty."""
    return {name: value for name, value in element.items() if value not in (None, "", [], {})}


def fhir_id(id_: str, longest: int = LONGEST_ID) -> str:
    """An id as FHIR has it: of a longer one its beginning, a dot, and a digest of the whole."""
    if len(id_) <= longest:
        return id_
    digest = hashlib.sha256(id_.encode()).hexdigest()[:DIGEST]
    return f"{id_[: longest - DIGEST - 1]}.{digest}"


def coding(system: str | None, code: str | None, display: str | None = None) -> Row:
    """A code of a system."""
    return filled({"system": system, "code": plain(code), "display": plain(display)})


def concept(text: str | None, *codings: Row) -> Row:
    """A concept: its text, and the codes for it."""
    return filled({"coding": list(codings), "text": text})


def reference(target: str | None, display: str | None = None, type_: str | None = None) -> Row:
    """A reference to a resource, or to what has a name alone."""
    return filled({"reference": target, "type": type_, "display": display})


def plain(text: str | None) -> str | None:
    """A text with single blanks and none around it, as codes have to be."""
    return BLANKS.sub(" ", text).strip() if text else None


def condition_concept(condition: Row) -> Row:
    """A condition: its name, and its codes."""
    return concept(condition["name"], *condition_codings(condition["codes"]))


def condition_codings(codes: Iterable[Row]) -> list[Row]:
    """Codes of conditions, of those terminologies that have an address."""
    return [
        coding(CONDITIONS[each["system"]], each["code"])
        for each in codes
        if each["system"] in CONDITIONS
    ]


def cited(citations: Iterable[Row]) -> list[Row]:
    """What a statement rests on, as HL7's extension: the source, the place in it, and a link."""
    return [{"url": CITATION, "valueRelatedArtifact": artifact(each)} for each in citations]


def artifact(citation: Row) -> Row:
    """A citation as a related artifact."""
    source = citation["source"]
    day = f", {citation['date']}" if citation["date"] else ""
    return {
        "type": "citation",
        "display": source["title"],
        "citation": f"{source['title']}: {citation['locator']}{day}",
        "document": filled({"url": citation["url"], "title": source["title"]}),
    }


def narrative(*paragraphs: str | None, citations: Iterable[Row] = ()) -> Row:
    """The text of a resource for people: paragraphs, and what they rest on."""
    parts = [f"<p>{xhtml(each)}</p>" for each in paragraphs if each]
    for each in citations:
        title, place = xhtml(each["source"]["title"]), xhtml(each["locator"])
        day = f", {xhtml(each['date'])}" if each["date"] else ""
        link = f'<a href="{xhtml(each["url"])}">{title}</a>' if each["url"] else title
        parts.append(f"<p>{link}: {place}{day}</p>")
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>'
    return {"status": "additional", "div": div}


def xhtml(text: str) -> str:
    """A text within XHTML."""
    return escape(NO_XML.sub("\ufffd", text))
