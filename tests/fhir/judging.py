"""What FHIR's resources are held to: fhir.resources' models, and the specification's invariants.

`python -m tests.fhir.judging URL` judges every resource of a database, in both versions.
"""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree

import httpx
from fhir.resources import get_fhir_model_class as class_of_r5
from fhir.resources.R4B import get_fhir_model_class as class_of_r4b
from fhirpathpy import compile as compile_path
from fhirpathpy.models import models
from pydantic import ValidationError

from app.fhir.search_parameters import PARAMETERS
from app.main import create_app
from app.settings import Settings

VERSIONS = {"r5": class_of_r5, "r4b": class_of_r4b}
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
CODE = re.compile(r"\S+( \S+)*")
TAGS = {"div", "p", "a"}
REFERENCES = ("subject", "definition", "associatedMedication", "observed", "population")
"""Elements that are references, of those that are served."""

EVERYWHERE = {
    "dom-2": "contained.contained.empty()",
    "dom-4": "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()",
    "dom-5": "contained.meta.security.empty()",
    "dom-6": "text.`div`.exists()",
}
"""Invariants of every resource, as FHIRPath; those that need a resolver are checked by hand."""

OF_TYPE = {
    "Bundle": {
        "bdl-1": "total.empty() or (type = 'searchset') or (type = 'history')",
        "bdl-2": "(type = 'searchset') or entry.search.empty()",
        "bdl-5": "entry.all(resource.exists() or request.exists() or response.exists())",
        "bdl-7": "entry.where(fullUrl.exists()).select(fullUrl).isDistinct()",
        "bdl-8": "entry.fullUrl.all($this.contains('/_history/').not())",
        "bdl-18": "link.where(relation = 'self').exists()",
    },
    "ClinicalUseDefinition": {
        "cud-1": "(indication.count() + contraindication.count() + interaction.count()"
        " + undesirableEffect.count() + warning.count()) < 2",
        "type": "type in ('contraindication' | 'indication' | 'interaction' | 'undesirable-effect'"
        " | 'warning')",
        "of its type": "(type = 'indication' implies indication.exists()) and (type = 'warning' "
        "implies warning.exists()) and (type = 'interaction' implies interaction.exists())",
    },
    "CapabilityStatement": {
        "cpb-1": "rest.exists() or messaging.exists() or document.exists()",
        "cpb-2": "(description.count() + software.count() + implementation.count()) > 0",
        "cpb-9": "rest.resource.all(searchParam.select(name).isDistinct())",
        "cpb-12": "rest.resource.select(type).isDistinct()",
        "cpb-14": "kind = 'instance' implies implementation.exists()",
        "cnl-0": "name.matches('^[A-Z]([A-Za-z0-9_]){1,254}$')",
    },
    "Group": {"grp-1": "member.exists() implies (membership = 'enumerated' or actual = true)"},
}
"""Invariants of a type. https://hl7.org/fhir/R5/bundle.html#constraints, and so on"""


@cache
def _path(expression: str, version: str) -> Any:
    return compile_path(expression, models.get(version, models["r5"]))


def faults(resource: dict[str, Any], version: str) -> Iterator[str]:
    """What is wrong with a resource, each fault in a line."""
    type_ = resource["resourceType"]
    where = f"{version} {type_}/{resource.get('id')}"
    try:
        VERSIONS[version](type_).model_validate(resource)
    except ValidationError as error:
        yield f"{where}: {error.errors()[0]['loc']} {error.errors()[0]['msg']}"
    yield from (f"{where}: {fault}" for fault in _by_hand(resource))
    invariants = OF_TYPE.get(type_, {})
    if type_ not in ("Bundle", "CapabilityStatement", "OperationOutcome"):
        invariants = EVERYWHERE | invariants
    for name, expression in invariants.items():
        if _path(expression, version)(resource) != [True]:
            yield f"{where}: {name}, {expression}"


def _by_hand(resource: dict[str, Any]) -> Iterator[str]:
    if "id" in resource and not ID.fullmatch(resource["id"]):
        yield "the id is none"
    yield from _empty(resource, "")
    contained = {each["id"] for each in resource.get("contained", ())}
    referred = {target[1:] for target in _references(resource) if target.startswith("#")}
    if contained != referred and resource["resourceType"] != "Bundle":
        yield f"dom-3: contained {contained}, referred to {referred}"
    if "text" in resource:
        div = ElementTree.fromstring(resource["text"]["div"])
        tags = {each.tag.removeprefix("{http://www.w3.org/1999/xhtml}") for each in div.iter()}
        if not tags <= TAGS or not "".join(div.itertext()).strip():
            yield f"txt-1: {tags}"
    for extension in _found(resource, "extension"):
        if ("extension" in extension) == any(name.startswith("value") for name in extension):
            yield f"ext-1: {extension}"
    for name in REFERENCES:
        for reference in _found(resource, name):
            if not {"reference", "display", "identifier"} & set(reference):
                yield f"ref-2: {name}"
    for range_ in _found(resource, "range"):
        if {"low", "high"} <= set(range_) and range_["low"]["value"] > range_["high"]["value"]:
            yield "rng-2: low is above high"
    for coding in _found(resource, "coding"):
        if not CODE.fullmatch(coding.get("code", "-")):
            yield f"a code with blanks: {coding}"


def _empty(node: Any, path: str) -> Iterator[str]:
    if node in (None, "", [], {}):
        yield f"ele-1: {path} is {node!r}"
    for key, value in node.items() if isinstance(node, dict) else ():
        yield from _empty(value, f"{path}.{key}")
    for each in node if isinstance(node, list) else ():
        yield from _empty(each, path)


def _found(node: Any, name: str) -> Iterator[Any]:
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == name:
            yield from value if isinstance(value, list) else [value]
        yield from _found(value, name)
    for each in node if isinstance(node, list) else ():
        yield from _found(each, name)


def _references(resource: Any) -> list[str]:
    return [each for each in _found(resource, "reference") if isinstance(each, str)]


async def every_page(
    client: httpx.AsyncClient, version: str, type_: str, count: int = 100
) -> AsyncIterator[dict[str, Any]]:
    """Each page of all resources of a type, by the links."""
    following: str | None = f"/fhir/{version}/{type_}?_count={count}"
    while following:
        answer = await client.get(following)
        assert answer.status_code == 200, answer.text
        bundle = answer.json()
        yield bundle
        links = {each["relation"]: each["url"] for each in bundle["link"]}
        following = links.get("next")


async def _judge(url: str) -> int:
    app = create_app(Settings(database_url=url, request_seconds=60))
    transport = httpx.ASGITransport(app)
    found: Counter[str] = Counter()
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        for version in VERSIONS:
            capabilities = (await client.get(f"/fhir/{version}/metadata")).json()
            every = list(faults(capabilities, version))
            for type_ in PARAMETERS:
                seen: set[str] = set()
                total = None
                async for bundle in every_page(client, version, type_):
                    total = bundle.get("total", total)
                    for entry in bundle.pop("entry", []):
                        seen.add(entry["fullUrl"])
                        every += faults(entry["resource"], version)
                    every += faults(bundle, version)
                    sys.stdout.flush()
                sys.stdout.write(f"{version} {type_}: {len(seen)} of {total}\n")
                if total is not None and len(seen) != total:
                    every.append(f"{type_}: {len(seen)} of {total}")
            found.update(re.sub(r"/\S+", "", each) for each in every)
            sys.stdout.write("".join(f"  {each}\n" for each in every[:20]))
    app.close()
    for fault, times in found.most_common():
        sys.stdout.write(f"{times:6} {fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_judge(sys.argv[1])))
