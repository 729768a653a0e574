"""The docs page, which works with no internet, and what the OpenAPI document says beyond code."""

import json
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from app.http.errors import PROBLEM_JSON, PROBLEM_PAGE, PROBLEMS
from app.settings import ROOT

INTRODUCTION = """\
Facts about medicines, each cited to the passage it comes from: what a drug is used for, how it
acts, what the body does with it, how it was tried, what to be warned of, and where the sources
disagree.

**This is information, not medical advice.** Decisions about a person's treatment belong to that
person and a health professional. An empty list never means *safe*: `coverage` says how far the
sources were searched. Null means that the source does not say.

### The three calls most people want

| | |
|---|---|
| A drug with all its facts | `GET /v1/drugs/baclofen?include=all` |
| What to be warned of | `GET /v1/drugs/baclofen/warnings` |
| Which drug a name belongs to | `GET /v1/drugs?q=lioresal` |

### How to read a fact

`statement` is a sentence that stands alone. `certainty` is `hedged` where the source itself only
thinks, believes or allows it. `citations` name the source and the place in it. A use that was
found *not* to work is an indication with status `not_effective`: a finding against, never a match
for a drug that helps.

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
    {"name": "Warnings", "description": "What to know before, while and after taking a drug."},
    {"name": "Indications", "description": "What a drug is used for, and what it does not help."},
    {"name": "Mechanisms", "description": "How a drug acts."},
    {"name": "Pharmacokinetics", "description": "What the body does with a drug."},
    {"name": "Trials", "description": "What was tried, on whom, and what was found."},
    {"name": "Discrepancies", "description": "Where sources disagree."},
    {"name": "Conditions", "description": "What indications and trials name."},
    {"name": "Sources", "description": "Where facts come from, and on what terms."},
    {"name": "Releases", "description": "Which state of the data is being served."},
    {"name": "Index", "description": "What there is."},
    {"name": "Health", "description": "For the machines that run the API."},
]

EXAMPLES = ROOT / "app" / "examples.json"
"""Real answers for baclofen, by operation; a test holds them to what the API says."""


def add_docs(api: FastAPI) -> None:
    """Serve the docs page and the page that explains the errors, all from this server."""
    assets = StaticFiles(packages=[("fastapi_swagger", "resources")])
    api.mount("/docs/assets", assets, name="docs_assets")

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Medfacts",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon-32x32.png",
            swagger_ui_parameters={
                "docExpansion": "list",
                "defaultModelsExpandDepth": 0,
                "defaultModelRendering": "model",
                "validatorUrl": None,
            },
        )

    @api.get(PROBLEM_PAGE, include_in_schema=False)
    def problems() -> HTMLResponse:
        return HTMLResponse(_problem_page())


def add_examples(api: FastAPI) -> None:
    """Show each operation, and each field, with what the API really says of baclofen."""
    make = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            document = make()
            answers = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else {}
            for path in document["paths"].values():
                _complete(path["get"], answers, document["components"]["schemas"])
        return api.openapi_schema or {}

    api.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to extend it


def _complete(operation: dict[str, Any], answers: dict[str, Any], schemas: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        _show_example(parameter)
    operation["responses"]["200"]["description"] = operation["description"]
    for status, response in operation["responses"].items():
        content = response["content"]
        if status != "200":
            content[PROBLEM_JSON] = content.pop("application/json") | content[PROBLEM_JSON]
        elif operation["operationId"] in answers:
            answer = answers[operation["operationId"]]
            content["application/json"]["example"] = answer
            _exemplify(content["application/json"]["schema"], answer, schemas)


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


def _problem_page() -> str:
    sections = "".join(
        f'<h2 id="{error.slug}">{escape(error.title)}</h2>'
        f"<p>Status {error.status}. {escape(error.meaning)}</p>"
        f"<p><em>For example:</em> {escape(error.example)}</p>"
        for error in PROBLEMS
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Medfacts: errors</title>'
        "<style>body{font:16px/1.5 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}"
        "h2:target{background:#ff9}</style>"
        "<h1>Errors</h1><p>Every error is <code>application/problem+json</code> (RFC 9457). Its "
        "<code>type</code> points at one of these.</p>" + sections + "</html>"
    )
