"""What every answer in every test is held to: the OpenAPI document, and what all answers share.

The clients of `conftest` pass each exchange through `Contract.hold`. So an undeclared status, a
header that is not sent, a null where none is declared, fails whichever test meets it first.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from app.http.sparse_fields import SPARSE_JSON
from app.main import create_app
from app.settings import Settings

PROBLEM_FIELDS = {"type", "title", "status", "detail", "request_id", "errors"}

SENT = {
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "allow",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-location",
    "content-security-policy",
    "content-type",
    "data-release",
    "date",
    "deprecation",
    "etag",
    "last-modified",
    "link",
    "location",
    "referrer-policy",
    "retry-after",
    "sunset",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-request-id",
}
"""Every header that is ever sent: none names the server, sets a cookie or offers ranges."""


class Contract:
    """The document, with a validator for each answer that it declares."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.paths: list[tuple[re.Pattern[str], dict[str, Any]]] = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), methods)
            for template, methods in document["paths"].items()
        ]
        self._validators: dict[int, Draft202012Validator] = {}

    def hold(self, request: httpx.Request, answer: httpx.Response) -> None:
        """Fail if the answer is none that the document allows."""
        where = f"{request.method} {request.url}: {answer.status_code}"
        hold_common(request, answer, where)
        method = "get" if request.method == "HEAD" else request.method.lower()
        operation = self.operation(request.url.path, method)
        is_sent_to_pages = request.url.path == "/" and answer.has_redirect_location
        if operation is None or is_sent_to_pages:
            return
        declared = operation["responses"].get(str(answer.status_code))
        assert declared is not None, f"{where} is not declared"
        declared = self.resolved(declared)
        for name in declared["headers"]:
            header = self.resolved(declared["headers"][name])
            value = answer.headers.get(name)
            assert value is not None or not header.get("required"), f"{where} has no {name}"
            if value is not None:
                assert re.search(header["schema"]["pattern"], value), f"{where} {name}: {value}"
        if "content" not in declared:
            assert answer.content == b"", where
            return
        media_type = answer.headers["content-type"].split(";")[0]
        assert media_type in declared["content"], f"{where} {media_type}"
        is_sparse = answer.status_code == 200 and "fields" in request.url.params
        assert (media_type == SPARSE_JSON) == is_sparse, where
        content = declared["content"][media_type]
        if request.method != "HEAD":
            validator = self._validator(content["schema"])
            errors = [
                f"{e.instance_path} {e.message}" for e in validator.iter_errors(answer.json())
            ]
            assert errors == [], where

    def reads(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The template of each path that is read, and the operation that reads it."""
        for template, methods in self.document["paths"].items():
            if "get" in methods:
                yield template, methods["get"]

    def operation(self, path: str, method: str = "get") -> dict[str, Any] | None:
        """An operation on a path, with or without its version."""
        for asked in (path, f"/v1{path}".removesuffix("/")):
            for pattern, operations in self.paths:
                if pattern.fullmatch(asked):
                    return operations.get(method)
        return None

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a reference refers to, or the node itself."""
        if "$ref" not in node:
            return node
        _, _, kind, name = node["$ref"].split("/")
        found: dict[str, Any] = self.document["components"][kind][name]
        return node | found

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        if id(schema) not in self._validators:  # and it stays, as part of the document
            whole = schema | {"components": self.document["components"]}
            self._validators[id(schema)] = Draft202012Validator(whole)
        return self._validators[id(schema)]


@cache
def contract() -> Contract:
    """The contract as the code has it; no database is asked for it."""
    return Contract(create_app(Settings(database_url="sqlite:////nowhere.db")).openapi())


def hold_common(request: httpx.Request, answer: httpx.Response, where: str) -> None:
    """Fail if the answer lacks what every answer has, or is an error of another shape."""
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff", where
    assert headers["referrer-policy"] == "no-referrer", where
    assert "default-src 'none'" in headers["content-security-policy"], where
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", headers["x-request-id"]), where
    assert set(headers) <= SENT, where
    assert "access-control-allow-origin" in headers or "Origin" in headers["vary"], where
    assert headers["cache-control"], where
    if answer.status_code == 405:
        posted = ", POST" if request.url.path.endswith("/resolve") else ""
        is_cds = request.url.path.startswith("/cds-services/")
        is_posted = is_cds or request.url.path.endswith("/_search")
        allowed = "OPTIONS, POST" if is_posted else f"GET, HEAD, OPTIONS{posted}"
        assert headers["allow"] == allowed, where
    if answer.status_code < 400:
        return
    assert headers["cache-control"] == "no-store", where
    if request.url.path.startswith("/browse") and "text/html" in request.headers["accept"]:
        assert headers["content-type"] == "text/html; charset=utf-8", where
        return
    assert ("retry-after" in headers) == (answer.status_code == 503), where
    if request.url.path.startswith("/fhir/"):
        assert headers["content-type"] == "application/fhir+json", where
        if request.method != "HEAD":
            assert answer.json()["resourceType"] == "OperationOutcome", where
        return
    assert headers["content-type"] == "application/problem+json", where
    if request.method != "HEAD":
        body = answer.json()
        assert set(body) == PROBLEM_FIELDS, where
        assert body["status"] == answer.status_code, where
        assert body["request_id"] == headers["x-request-id"], where
