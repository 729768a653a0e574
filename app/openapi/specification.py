"""The OpenAPI document: what it says beyond what FastAPI reads off the code."""

import json
from textwrap import shorten
from typing import Any

from fastapi import FastAPI

from app.documents.fact_records import WITH_WORDINGS
from app.http.deprecation import LIFECYCLE
from app.http.headers import FHIR
from app.http.operation_outcomes import FHIR_JSON
from app.http.problems import PROBLEM_JSON
from app.http.sparse_fields import ALWAYS, SPARSE_JSON, WHOLE_JSON, picked
from app.settings import ROOT

INTRODUCTION = """\
Facts about medicines, each cited to the passage it comes from: what a drug is used for, how it is
given, how it acts, what the body does with it, how it was tried, what to be warned of, and where
the sources disagree.

**This is information, not medical advice.** Decisions about a person's treatment belong to that
person and a health professional. An empty list never means *safe*: `coverage` says how far the
sources were searched. Null means that the source does not say.

### The calls most people want

| | |
|---|---|
| A drug with all its facts | `GET /v1/drugs/baclofen?include=all` |
| What to be warned of, what matters most first | `GET /v1/drugs/baclofen/warnings` |
| Its headings first, for a screen | `GET /v1/drugs/baclofen/warnings?fields=type,section,labels` |
| Its labels, once they are imported, by section | `GET /v1/drugs/baclofen/labels` |
| Its strengths, dose forms and NDCs, once RxNorm is imported | `GET /v1/drugs/baclofen/products` |
| Which drug the number on a box means | `GET /v1/resolve?identifier=ndc:0115-1010-01` |
| Which drug a name or an identifier means | `GET /v1/resolve?name=BACLOFEN 10 MG TABLET` |
| The same of up to 1,000 names | `POST /v1/resolve` with `["Lioresal", "BACLOFEN 10 MG TABLET"]` |
| A search box, as it is typed into | `GET /v1/drugs?q=lior` |
| Where words are found | `GET /v1/search?q=spasticity` |

### What a label says, the first thing first

{label}
### How a drug is found

`/v1/resolve` answers a name only where it is exactly a drug's, whatever its case, accents and
punctuation; what stood beside it is listed under `stripped`. A name or an identifier of several
drugs is `ambiguous`, and none of them is chosen. Where there is `none`, what is spelt alike stands
under `suggestions`: guesses, which a person has to look at. Never take one by itself; two drugs
can be a letter apart.

### How to read a fact

`statement` is a sentence that stands alone or, of a label, its passage. `certainty` is `hedged`
where the source itself only thinks, believes or allows it, and `verbatim` where the statement is a
label's own text. What several labels state is one fact; `labels` counts them. A drug's facts begin
with what matters most: boxed warnings come first. `citations` name the source and the place in it,
and of a label the day from which it is in effect. A use that was found *not* to work is an
indication with status `not_effective`: a finding against, never a match for a drug that helps.

### How to cite it

Cite the source that a fact names under `citations`, with its `locator`; then, as where you found
it: *Medfacts, release* and the release from the header `Data-Release`, the fact's `id`, and the
day. Each source's own terms are under `licence` at `/v1/sources`.

### How it behaves

Paths work with `/v1` or without it; without, `Content-Location` names the versioned one. Lists are
`{items, total, next}`: follow `next` to its end. Errors are `application/problem+json` and say what
would do; [each kind is explained here](/docs/problems). An unknown parameter is an error, never
ignored.
"""

TAGS = [
    {"name": "Drugs", "description": "A drug's record, and finding one by name or identifier."},
    {"name": "Search", "description": "Which drug a name means, and where words are found."},
    {"name": "Warnings", "description": "What to know before, while and after taking a drug."},
    {"name": "Dosages", "description": "How a drug is given, and in what forms and strengths."},
    {"name": "Indications", "description": "What a drug is used for, and what it does not help."},
    {"name": "Mechanisms", "description": "How a drug acts."},
    {"name": "Pharmacokinetics", "description": "What the body does with a drug."},
    {"name": "Trials", "description": "What was tried, on whom, and what was found."},
    {"name": "Discrepancies", "description": "Where sources disagree."},
    {"name": "Labels", "description": "Drugs' labels: whose, of what day, and what they say."},
    {
        "name": "Interactions",
        "description": "What labels of drugs say of each other: sentences, and what was read.",
    },
    {
        "name": "CDS Hooks",
        "description": "What an EHR calls when a drug is ordered: cards in labels' own words.",
    },
    {
        "name": "FHIR",
        "description": "The same facts as resources of FHIR R5 and R4B, for systems that read it; "
        "`metadata` says what works.",
    },
    {"name": "Products", "description": "Strengths and dose forms of drugs, with their NDCs."},
    {"name": "Conditions", "description": "What indications and trials name."},
    {"name": "Sources", "description": "Where facts come from, and on what terms."},
    {"name": "Releases", "description": "Which state of the data is being served."},
    {"name": "Index", "description": "What there is."},
    {
        "name": "Health",
        "description": "For the machines that run the API; Prometheus reads `/metrics`.",
    },
]

IDENTITY = {"x-api-id": "9a3cfa3c-40a3-4b83-9f7b-4b2a1a8e6a2f", "x-audience": "external-public"}
"""How catalogues identify this API, by the names that Zalando's guidelines gave them."""


def _header(description: str, example: str, **of_header: Any) -> dict[str, Any]:
    schema = {"type": "string", "pattern": of_header.pop("pattern", "^[ -~]+$"), "maxLength": 4000}
    return {"description": description, "schema": schema, "example": example} | of_header


HEADERS: dict[str, Any] = {
    "Access-Control-Allow-Origin": _header(
        "Which web pages may read it (CORS): all, unless whoever runs the server named some.",
        "*",
    ),
    "Cache-Control": _header(
        "How long a cache may answer with it: longer for facts than for releases, never for errors "
        "and health.",
        "max-age=300, must-revalidate",
        required=True,
    ),
    "Data-Release": _header(
        "The data release that the answer comes from.",
        "2026-11-23-4f1c0a9be2d7",
        required=True,
    ),
    "ETag": _header(
        "A strong validator, made of the content; one for each content coding. Send it as "
        "`If-None-Match`, and the answer is 304 as long as nothing has changed.",
        '"c3499c2729730a7f807efb8676a92dcb"',
        pattern='^"[0-9a-f]{32}(-(gzip|br))?"$',
        required=True,
    ),
    "ReleaseETag": _header(
        "A weak validator: the data release, which is every resource's version. Send it as "
        "`If-None-Match`, and the answer is 304 as long as nothing has changed.",
        'W/"2026-11-23-4f1c0a9be2d7"',
        pattern='^W/"[0-9a-z.-]{1,100}"$',
        required=True,
    ),
    "Last-Modified": _header(
        "When the data release was loaded, or the program changed, whichever was later.",
        "Mon, 23 Nov 2026 08:00:00 GMT",
        required=True,
    ),
    "Link": _header(
        "The next page, as `next` in the body; left out on the last one (RFC 8288).",
        '</v1/warnings?limit=2&cursor=WyIyMDI2LTExLTIzLTRmMWMiXQ>; rel="next"',
    ),
    "Retry-After": _header(
        "After how many seconds to ask again.", "2", pattern="^[0-9]+$", required=True
    ),
    "Vary": _header(
        "Which request headers the answer depends on.", "Accept-Encoding", required=True
    ),
    "X-Request-Id": _header(
        "The request's id: the client's own `X-Request-Id` if it sent a plain one, or a new one.",
        "6f1c2f0e9a3b4c5d8e7f60718293a4b5",
        pattern="^[A-Za-z0-9._-]{1,64}$",
        required=True,
    ),
}

HEADERS_OF_WHAT_GOES = {
    "Deprecation": _header(
        "Since when it is deprecated, as seconds since 1970 (RFC 9745).", "@1798761600"
    ),
    "Link": HEADERS["Link"],
    "Sunset": _header("When it will be gone (RFC 8594).", "Fri, 01 Jan 2027 00:00:00 GMT"),
}

EXAMPLES = ROOT / "app" / "openapi" / "examples.json"
"""Real answers for baclofen, by operation; a test holds them to what the API says."""

OF_LABEL = " of a label"
"""After an operation's id, an answer that is a label's text; it is shown first."""


def complete_document(api: FastAPI) -> None:
    """Have the document say all that holds: examples, headers, 304, bounds, what is to go."""
    make = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            document = make()
            document["info"] |= IDENTITY
            document["security"] = []  # no key is needed, and that is meant
            answers = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else {}
            document["info"]["description"] = INTRODUCTION.replace("{label}", _label(answers))
            schemas = document["components"]["schemas"]
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    if path.startswith(FHIR):
                        _speak_fhir(method, operation)
                    _complete(operation, answers, schemas)
                    _tell_headers(path, operation)
            _show_parts(schemas)
            _show_empty(schemas)
            _describe_sparse(document)
            document["components"]["headers"] = HEADERS
            _share_errors(document)
            _bound_numbers(document)
        return api.openapi_schema or {}

    api.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to extend it


def _speak_fhir(method: str, operation: dict[str, Any]) -> None:
    """Have an operation answer in FHIR's media type, and a posted search take a form."""
    whole = operation["responses"]["200"]["content"]
    whole[FHIR_JSON] = whole.pop(WHOLE_JSON)
    operation["responses"].pop("422", None)  # FastAPI's own: FHIR has a 400 for it
    if method == "post":
        asked = [each for each in operation["parameters"] if each["in"] == "query"]
        operation["parameters"] = [each for each in operation["parameters"] if each not in asked]
        properties = {
            each["name"]: each["schema"] | {"description": each["description"]} for each in asked
        }
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        operation["requestBody"] = {
            "description": "What to search for, as in the address of a GET.",
            "content": {"application/x-www-form-urlencoded": {"schema": schema}},
        }


def _tell_headers(path: str, operation: dict[str, Any]) -> None:
    """Say which headers each answer carries, and that what is known already is a 304."""
    responses = operation["responses"]
    is_data = not path.startswith("/health")
    is_stored = is_data and "requestBody" not in operation
    if is_stored:
        responses["304"] = {"description": "The client has it already: nothing has changed."}
    every = ["X-Request-Id", "Cache-Control", "Access-Control-Allow-Origin"]
    names = {status: list(every) for status in responses}
    for status in ("200", "304") if is_stored else ():
        names[status] += ["ETag", "Last-Modified", "Vary"]
    for status in {"200", "304"} & set(names) if is_data else ():
        names[status] += ["Data-Release"]
    names["503"] += ["Retry-After"]
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", [])):
        names["200"] += ["Link"]
    for status, response in responses.items():
        response["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"} for name in names[status]
        }
    if path.startswith(FHIR):
        for response in responses.values():
            if "ETag" in response["headers"]:
                response["headers"]["ETag"] = {"$ref": "#/components/headers/ReleaseETag"}
    for name, value in operation.pop(LIFECYCLE, {}).items():
        for response in responses.values():
            response["headers"][name] = HEADERS_OF_WHAT_GOES[name] | {"example": value}


def _share_errors(document: dict[str, Any]) -> None:
    """Keep each error's response once, under `components`, where operations refer to it."""
    shared: dict[str, Any] = document["components"].setdefault("responses", {})
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if PROBLEM_JSON in content or (FHIR_JSON in content and status != "200"):
                    if PROBLEM_JSON in content:
                        slug = content[PROBLEM_JSON]["example"]["type"].partition("#")[2]
                        name = slug.title().replace("-", "")
                    else:
                        [issue] = content[FHIR_JSON]["example"]["issue"]
                        name = f"Fhir{status}{issue['code'].title().replace('-', '')}"
                    if shared.setdefault(name, response) == response:
                        reference = {"$ref": f"#/components/responses/{name}"}
                        operation["responses"][status] = reference


def _bound_numbers(node: Any) -> None:
    """Give every number its format, and whole ones the bounds of the columns that hold them."""
    if isinstance(node, list):
        for item in node:
            _bound_numbers(item)
    if not isinstance(node, dict):
        return
    if node.get("type") == "integer":
        node.setdefault("format", "int32")
        node.setdefault("minimum", 0)
        node.setdefault("maximum", 2**31 - 1)
    if node.get("type") == "number":
        node.setdefault("format", "double")
    for name, value in node.items():
        if name not in ("example", "examples"):
            _bound_numbers(value)


def _complete(operation: dict[str, Any], answers: dict[str, Any], schemas: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["name"] == "fact_id":
            parameter["schema"]["examples"] = [answers[operation["operationId"]]["id"]]
        _show_example(parameter)
    operation["responses"]["200"]["description"] = operation["description"]
    for status, response in operation["responses"].items():
        content = response["content"]
        if status != "200":
            schema = content.pop("application/json")
            [media_type] = content
            content[media_type] = schema | content[media_type]
        elif operation["operationId"] in answers:
            shown = content.get(WHOLE_JSON) or content[FHIR_JSON]
            _show_answers(shown, operation["operationId"], answers, schemas)


def _show_empty(schemas: dict[str, Any]) -> None:
    """Show that a list may be empty, where no answer has anything in it."""
    for schema in schemas.values():
        for of_field in schema.get("properties", {}).values():
            if of_field.get("type") == "array":
                of_field.setdefault("examples", [[]])


def _show_answers(
    content: dict[str, Any], operation_id: str, answers: dict[str, Any], schemas: dict[str, Any]
) -> None:
    """Show the answer to an operation, or the two that differ by where the facts come from."""
    answer, of_label = answers[operation_id], answers.get(operation_id + OF_LABEL)
    if of_label is None:
        content["example"] = answer
    else:
        content["examples"] = {
            "label": {"summary": "What a label says", "value": of_label},
            "article": {"summary": "What an article says", "value": answer},
        }
        _exemplify(content["schema"], of_label, schemas)
    _exemplify(content["schema"], answer, schemas)


def _label(answers: dict[str, Any]) -> str:
    """The warnings of a drug as its label says them, as a table of their beginnings."""
    rows = [
        "| `type` | `section` | `statement` | `labels` | `citations` |",
        "|---|---|---|---|---|",
    ]
    for fact in answers.get("list_warnings_of_drug" + OF_LABEL, {}).get("items", []):
        section, labels, citation = fact["section"], fact["labels"], fact["citations"][0]
        of_section = (
            (section["number"], section["heading"])
            if section["heading"]
            else (section["name"], section["number"])
        )
        cells = (
            "**boxed warning**" if fact["boxed"] else fact["type"],
            " ".join(part for part in of_section if part),
            shorten(fact["statement"], 110, placeholder=" …"),
            f"{labels['stating']} of {labels['of']}",
            f"[{citation['date']}]({citation['url']})",
        )
        rows.append(f"| {' | '.join(cells)} |")
    said = "`GET /v1/drugs/vericiguat/warnings`, where this label is imported:"
    return "\n".join([said, "", *rows, ""])


def _show_parts(schemas: dict[str, Any]) -> None:
    """Give facts with their wordings those examples of the facts that their own answers lack."""
    for name, schema in schemas.items():
        if whole := schemas.get(name.removesuffix(WITH_WORDINGS)):
            for field, of_field in schema["properties"].items() if whole is not schema else ():
                if "examples" in whole["properties"].get(field, {}):
                    of_field.setdefault("examples", whole["properties"][field]["examples"])


def _describe_sparse(document: dict[str, Any]) -> None:
    """Give what `fields` asks for a media type and schemas of its own.

    The schemas of whole answers require each field, and that is promised.
    """
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] != "fields":
                    continue
                content = operation["responses"]["200"]["content"]
                whole = content[WHOLE_JSON]
                content[SPARSE_JSON] = {"schema": _sparse(whole["schema"], schemas)}
                fields = parameter["schema"]["examples"][0]
                for answer in shown_answers(whole)[:1]:
                    content[SPARSE_JSON]["example"] = _sparse_example(answer, fields)


def _sparse(reference: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The reference to the schema of sparse records, or of a page of them, for that of whole."""
    name = reference["$ref"].rpartition("/")[2]
    if f"Sparse{name}" not in schemas:
        schema = dict(schemas[name], title=f"Sparse{name}")
        if "items" in schema["properties"]:
            items = schema["properties"]["items"]
            items = items | {"items": _sparse(items["items"], schemas)}
            items["examples"] = [
                [picked(item, ALWAYS) for item in page] for page in items.get("examples", [])
            ]
            schema["properties"] = schema["properties"] | {"items": items}
            schema["description"] = "One page of a list, of each item the fields that were named."
        else:
            schema["required"] = [ALWAYS]
            schema["description"] += f" The fields that were named: `{ALWAYS}` is always there."
        schemas[f"Sparse{name}"] = schema
    return {"$ref": f"#/components/schemas/Sparse{name}"}


def shown_answers(content: dict[str, Any]) -> list[Any]:
    """The examples of an answer, what is shown first at the beginning."""
    of_several = [example["value"] for example in content.get("examples", {}).values()]
    return [content["example"]] if "example" in content else of_several


def _sparse_example(answer: dict[str, Any], fields: str) -> dict[str, Any]:
    """What an answer would be with these fields."""
    if "items" in answer:
        return answer | {"items": [picked(item, fields) for item in answer["items"]]}
    return picked(answer, fields)


def _show_example(parameter: dict[str, Any]) -> None:
    """Show a parameter's example on the page, and its type without the null that absence is."""
    schema = parameter["schema"]
    for choice in schema.pop("anyOf", []):
        schema.update({} if choice == {"type": "null"} else choice)
    example = schema["examples"][0]
    if parameter["in"] == "path":
        parameter["example"] = example
    else:  # as `example`, the page would fill every filter in at once
        shown = json.dumps(example).strip('"')
        parameter["description"] += f" For example: `{shown}`."


def _exemplify(schema: dict[str, Any], value: Any, schemas: dict[str, Any]) -> None:
    """Give each field that has no example the one that stands in a real answer."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    for choice in schema.get("anyOf", []):
        _exemplify(choice, value, schemas)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            _exemplify(schema["items"], item, schemas)
    if isinstance(value, dict):
        for name, of_field in schema.get("properties", {}).items():
            if value.get(name):
                if "examples" not in of_field or isinstance(value[name], dict):
                    of_field["examples"] = [value[name]]  # FastAPI drops an object's nulls
                _exemplify(of_field, value[name], schemas)
            elif of_field.get("type") == "array":  # what baclofen has none of
                _exemplify(of_field, of_field.get("examples", [None])[0], schemas)
