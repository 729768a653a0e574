"""Clients of FHIR that others wrote, on both versions and engines, and validators of what they
get."""

import json

from contract.tools import HERE, JudgementError, run
from tests.fhir.judging import VERSIONS, faults


def as_clients(urls: dict[str, str]) -> str:
    """How many resources there are of each version; both engines answer alike."""
    told = []
    for version in VERSIONS:
        answers = [
            run("node", HERE / "fhir_client.mjs", f"{url}/fhir/{version}").replace(url, "")
            for url in urls.values()
        ]
        if any(each != answers[0] for each in answers):
            raise JudgementError(f"{version}: the engines answer differently")
        resources = [json.loads(line) for line in answers[0].splitlines()]
        found = [fault for each in resources for fault in faults(each, version)]
        if found:
            raise JudgementError("\n".join(found))
        told.append(f"{len(resources)} resources of {version.upper()}")
    return ", ".join(told)
