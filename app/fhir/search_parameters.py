"""What can be searched for, of each type of resource: parameters, and how their values are read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, make_dataclass
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import Query
from pydantic import BeforeValidator, Field

from app.fhir.clinical_use import TYPES
from app.fhir.datatypes import CODES, CONDITIONS, NDC
from app.http.parameters import Text
from app.http.problems import BadParameterError, ParameterProblem, shortened

LARGEST_COUNT = 100
"""Resources of a page, however many are asked for."""

MOST_VALUES = 20
"""Values of one parameter, each a condition more."""

SYSTEMS = {address: name for name, address in CODES.items()} | {NDC: "ndc"}
"""The systems of drugs' codes that are searched, and what they are called here."""

CONDITION_SYSTEMS = {address: name for name, address in CONDITIONS.items()}


class SearchParameter(NamedTuple):
    """A search parameter of a type, as its CapabilityStatement has it."""

    name: str
    type: Literal["token", "reference"]
    description: str
    example: str


ID = SearchParameter("_id", "token", "The ids of resources, with commas between.", "baclofen")
STATUS = SearchParameter(
    "status", "token", "All that is served is `active`: current in this release.", "active"
)
CODE = SearchParameter(
    "code",
    "token",
    f"A code of the drug or of a product: `system|code` of {', '.join(SYSTEMS)}, or the code "
    "alone. Several may stand with commas between.",
    "http://www.nlm.nih.gov/research/umls/rxnorm|1292",
)
SUBJECT = SearchParameter(
    "subject", "reference", "The Medication that the drug is.", "Medication/baclofen"
)
TYPE = SearchParameter("type", "token", f"Of which type: {', '.join(TYPES)}.", "indication")
IDENTIFIER = SearchParameter(
    "identifier", "token", "A registry's number of the trial, or its id here.", "NCT00525252"
)
CONTEXT = SearchParameter(
    "context",
    "token",
    f"What the trial is about: a code of its drug, as in `code` of Medication, or of a condition, "
    f"of {', '.join(CONDITION_SYSTEMS)}.",
    "http://fdasis.nlm.nih.gov|H789N3FKE8",
)

PARAMETERS: dict[str, tuple[SearchParameter, ...]] = {
    "Citation": (ID, CONTEXT, IDENTIFIER, STATUS),
    "ClinicalUseDefinition": (ID, STATUS, SUBJECT, TYPE),
    "Evidence": (ID, CONTEXT, IDENTIFIER, STATUS),
    "Medication": (ID, CODE, STATUS),
    "MedicationKnowledge": (ID, CODE),
}
"""The search parameters of each type that is served."""


def _plain_count(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"0|[1-9][0-9]{0,5}", value):
        raise ValueError("a whole number, from 0")
    return value


def _with_plus(value: object) -> object:
    return value.replace(" ", "+") if isinstance(value, str) else value


Format = Annotated[
    Literal["json", "application/json", "application/fhir+json"],
    BeforeValidator(_with_plus),
    Query(alias="_format", description="JSON is all that is served.", examples=["json"]),
]


@dataclass
class ResultParams:
    """How the answer to a search is wanted."""

    count: Annotated[
        int,
        Field(ge=0, le=999_999),
        BeforeValidator(_plain_count),
        Query(
            alias="_count",
            description=f"How many resources a page has at the most; {LARGEST_COUNT} is the "
            "largest that is given. 0 asks for the total alone.",
            examples=[20],
        ),
    ] = 20
    total: Annotated[
        Literal["none", "estimate", "accurate"],
        Query(alias="_total", description="Whether the total is wanted.", examples=["accurate"]),
    ] = "accurate"
    summary: Annotated[
        Literal["count", "false"],
        Query(
            alias="_summary",
            description="`count` asks for the total alone.",
            examples=["count"],
        ),
    ] = "false"
    format: Format = "json"
    cursor: Annotated[
        str | None,
        Query(
            alias="_cursor",
            min_length=1,
            max_length=2000,
            pattern="^[A-Za-z0-9_-]+$",
            description="Where to go on: part of the link `next`. Opaque.",
            examples=["WyIyMDI2LTExLTIzLTRmMWMwYTliZTJkNyIsImE0ZTgiLCJiYWNsb2ZlbiJd"],
        ),
    ] = None


def search_params(type_: str) -> type[ResultParams]:
    """The parameters of searches for a type, as a dataclass."""
    own = [
        (
            each.name.strip("_") + "_",
            Annotated[
                list[Text],
                Query(
                    alias=each.name,
                    description=each.description,
                    examples=[[each.example]],
                    max_length=MOST_VALUES,
                ),
            ],
            None,
        )
        for each in PARAMETERS[type_]
    ]
    return make_dataclass(f"{type_}Params", own, bases=(ResultParams,))


ESCAPED = re.compile(r"\\([,|$\\])")


def alternatives(value: str) -> list[str]:
    """The alternatives of a value: what stands between its commas, with its escapes undone."""
    return [ESCAPED.sub(r"\1", each).strip() for each in _split(value, ",") if each.strip()]


def _split(value: str, separator: str) -> list[str]:
    """A value at each separator that no backslash stands before."""
    parts, start, at = [], 0, 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == separator:
            parts.append(value[start:at])
            start = at + 1
        at += 1
    return [*parts, value[start:]]


class Token(NamedTuple):
    """A value of a token: the system, None where none is given and any will do, and the code."""

    system: str | None
    code: str


def tokens(name: str, value: str) -> Iterator[Token]:
    """The tokens of a value; raises `BadParameterError` for a system without a code."""
    for each in _split(value, ","):
        *system, code = (ESCAPED.sub(r"\1", part).strip() for part in _split(each, "|"))
        if not code or len(system) > 1:
            raise bad(name, f"Expected a code, or a system, a bar and a code: '{shortened(each)}'.")
        yield Token(system[0] if system else None, code)


def identifiers(token: Token) -> list[str]:
    """What a token may be among the identifiers of drugs and products; none of another system."""
    if not token.code.isprintable() or not token.code.strip():
        return []
    if token.system is None:
        return [f"{system}:{token.code}" for system in SYSTEMS.values()]
    system = SYSTEMS.get(token.system.rstrip("/"))
    return [f"{system}:{token.code}"] if system else []


def bad(name: str, detail: str) -> BadParameterError:
    """The error for a parameter whose value cannot be used."""
    return BadParameterError.of(ParameterProblem(parameter=name, detail=detail))


def values_of(params: Any, name: str) -> list[str]:
    """What was given for a search parameter: each value is a condition more."""
    given: list[str] | None = getattr(params, name.strip("_") + "_", None)
    return given or []
