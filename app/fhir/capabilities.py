"""What the server says of itself: a CapabilityStatement, of exactly what works."""

from pydantic_core import to_json

from app import RELEASED, __version__
from app.fhir.datatypes import Served
from app.fhir.search_parameters import PARAMETERS
from app.models.base import Row

DESCRIPTION = (
    "Facts about medicines, each cited to its source, for reading. Information, not medical "
    "advice: an empty answer never means that something is safe."
)

MADE_OF = {
    "Citation": "A source's account of a trial.",
    "ClinicalUseDefinition": "An indication, a contraindication, an interaction, an undesirable "
    "effect or a warning, in the words of its source. A finding against and a limitation of use "
    "are of type `warning`, and no indication.",
    "Evidence": "What was found of one outcome of a trial, with its statistics as printed.",
    "Medication": "A drug, whatever its form, or a product of RxNorm's.",
    "MedicationKnowledge": "A drug: its names, codes, classes, products and approvals.",
}


def capability_statement(served: Served) -> bytes:
    """The CapabilityStatement of one version."""
    resources: list[Row] = [
        {
            "type": type_,
            "documentation": MADE_OF[type_],
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "versioning": "no-version",
            "readHistory": False,
            "searchParam": [
                {"name": each.name, "type": each.type, "documentation": each.description}
                for each in parameters
            ],
        }
        for type_, parameters in PARAMETERS.items()
    ]
    statement = {
        "resourceType": "CapabilityStatement",
        "name": "Medfacts",
        "title": "Medfacts",
        "status": "active",
        "date": RELEASED.isoformat(),
        "description": DESCRIPTION,
        "kind": "instance",
        "software": {"name": "Medfacts", "version": __version__},
        "implementation": {"description": "Medfacts", "url": served.base},
        "fhirVersion": served.version.number,
        "format": ["application/fhir+json", "json"],
        "rest": [{"mode": "server", "security": {"cors": True}, "resource": resources}],
    }
    return to_json(statement)
