"""The document and the docs page: complete, true, and at home without the internet."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.http.operation_outcomes import FHIR_JSON
from app.http.problems import PROBLEM_JSON
from app.http.sparse_fields import SPARSE_JSON, WHOLE_JSON
from app.openapi.specification import EXAMPLES, shown_answers
from app.settings import ROOT
from contract.breaking import changes
from tests.conformance import contract
from tests.conftest import slow_on_postgres
from tests.examples import answers, examples

ANSWERS = (WHOLE_JSON, SPARSE_JSON)


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The OpenAPI document; no database is asked for it."""
    return contract().document


POSTED = ("/v1/interactions", "/v1/resolve")
"""What takes a list in its body too: it changes nothing."""


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        is_posted = path.startswith("/cds-services/") or path.endswith("/_search")
        assert list(methods) == (
            ["post"] if is_posted else ["get", "post"] if path in POSTED else ["get"]
        )
        for operation in methods.values():
            yield path, operation


def responses(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    shared = document["components"]["responses"]
    for status, response in operation["responses"].items():
        name = response.get("$ref", "").rpartition("/")[2]
        yield status, shared.get(name, response)


@pytest.mark.slow
def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)

    assert document["openapi"].startswith("3.1")


def test_every_operation_parameter_field_and_error_has_a_sentence_and_an_example(
    document: dict[str, Any],
) -> None:
    bare = []
    for path, operation in operations(document):
        bare += [path for name in ("description", "summary") if not operation.get(name)]
        for parameter in operation.get("parameters", []):
            if not (parameter.get("description") and parameter["schema"].get("examples")):
                bare.append(f"{path} {parameter['name']}")
        for status, response in responses(document, operation):
            bare += [] if response["description"] else [f"{path} {status}"]
            for media_type, content in response.get("content", {}).items():
                if path.startswith("/fhir/"):
                    assert media_type == FHIR_JSON
                else:
                    assert media_type in (ANSWERS if status == "200" else [PROBLEM_JSON])
                if not all(shown_answers(content) or [None]):
                    bare.append(f"{path} {status}")
    for name, schema in document["components"]["schemas"].items():
        bare += [] if schema.get("description") else [name]
        for field, of_field in schema.get("properties", {}).items():
            is_described = of_field.get("description") or "$ref" in of_field
            bare += [] if is_described and "examples" in of_field else [f"{name}.{field}"]

    assert bare == []


@pytest.mark.slow
def test_every_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    def check(schema: dict[str, Any], example: object, where: str) -> None:
        whole = {**schema, "components": document["components"]}
        errors = list(Draft202012Validator(whole).iter_errors(example))
        assert errors == [], where

    for path, operation in operations(document):
        for status, response in responses(document, operation):
            for content in response.get("content", {}).values():
                for answer in shown_answers(content):
                    check(content["schema"], answer, f"{path} {status}")
        for parameter in operation.get("parameters", []):
            for example in parameter["schema"]["examples"]:
                check(parameter["schema"], example, f"{path} {parameter['name']}")
    for name, schema in document["components"]["schemas"].items():
        for field, of_field in schema.get("properties", {}).items():
            for example in of_field["examples"]:
                check(of_field, example, f"{name}.{field}")


@pytest.mark.slow
def test_the_examples_are_what_the_api_answers(tmp_path: Path) -> None:
    served = examples(tmp_path)

    written = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert served == written, "Run ./dev examples and look at what has changed."


@slow_on_postgres
def test_every_answer_is_what_the_document_says(
    document: dict[str, Any], seeded_app: FastAPI, portal: Any
) -> None:
    found = portal.call(answers, seeded_app)

    for _, operation in operations(document):
        content = operation["responses"]["200"]["content"]
        schema = (content.get(WHOLE_JSON) or content[FHIR_JSON])["schema"]
        whole = {**schema, "components": document["components"]}
        answer = found.get(operation["operationId"])
        if answer is None:  # of labels: `tests.ingest.test_importing_labels` holds those to it
            continue
        assert list(Draft202012Validator(whole).iter_errors(answer)) == []


def test_nothing_is_untyped(document: dict[str, Any]) -> None:
    def untyped(schema: Any, where: str) -> Iterator[str]:
        if isinstance(schema, list):
            for inner in schema:
                yield from untyped(inner, where)
        if not isinstance(schema, dict):
            return
        if schema.get("type") == "object":
            extra = schema.get("additionalProperties")
            if not schema.get("properties") and not isinstance(extra, dict):
                yield where
        if schema.get("type") == "array" and not schema.get("items"):
            yield where
        for name, inner in schema.get("properties", {}).items():
            if not set(inner) & {"type", "$ref", "anyOf", "oneOf", "const", "enum"}:
                yield f"{where}/{name}"
        for name, inner in schema.items():
            if name not in ("example", "examples"):
                yield from untyped(inner, f"{where}/{name}")

    assert list(untyped(document["components"]["schemas"], "")) == []
    assert list(untyped(document["paths"], "")) == []


def test_operations_are_named_as_a_person_would_name_them(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]

    assert len(set(names)) == len(names)
    verbs = "resolve|resolve_many|search|(list|get|search)(_[a-z]+)+|(call|send)_cds_[a-z]+"
    assert all(re.fullmatch(verbs, name) for name in names)
    for _, operation in operations(document):
        assert [tag for tag in operation["tags"] if tag in {t["name"] for t in document["tags"]}]


def test_the_document_that_is_committed_is_the_one_that_is_served(seeded: httpx.Client) -> None:
    written = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    served = seeded.get("/openapi.json").json()

    assert [str(change) for change in changes(written, served)] == []
    assert served == written, "Run ./dev openapi and look at the change."


@slow_on_postgres
def test_the_docs_page_loads_nothing_from_elsewhere(seeded: httpx.Client) -> None:
    page = seeded.get("/docs").text

    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert addresses
    for address in addresses:
        assert address.startswith("/docs/")
        assert seeded.get(address).status_code == 200
    assert not re.findall(r"https?://", page + seeded.get("/docs/start.js").text)
    policy = seeded.get("/docs").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    [document_url] = re.findall(r'url: "(.*)"', seeded.get("/docs/start.js").text)
    assert seeded.get(document_url).json()["openapi"]
    assert "<script>" not in page


def test_the_introduction_says_what_a_newcomer_needs(document: dict[str, Any]) -> None:
    introduction = document["info"]["description"]

    assert "not medical advice" in introduction
    assert "How to cite it" in introduction
    assert introduction.count("`GET /v1/") == 10


def test_the_introduction_shows_a_labels_warnings_boxed_ones_first(
    document: dict[str, Any],
) -> None:
    table = document["info"]["description"].partition("/v1/drugs/vericiguat/warnings")[2]

    rows = [row.split(" | ") for row in table.partition("###")[0].splitlines() if "[20" in row]
    assert [row[0].strip("| ") for row in rows] == [
        "**boxed warning**",
        "contraindication",
        "warning",
        "interaction",
        "interaction",
        "interaction",
    ]
    assert rows[-1][1] == "7.2 PDE-5 Inhibitors"
