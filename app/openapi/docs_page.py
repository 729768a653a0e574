"""The docs pages, which work with no internet."""

from functools import cache
from html import escape
from importlib.resources import files

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.http.problems import PROBLEM_PAGE, PROBLEMS, NotFoundError

ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
"""Swagger UI's files, from the wheel that carries them."""

START = """\
window.onload = () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    defaultModelRendering: "example",
    validatorUrl: null,
  });
};
"""
"""A file of its own: the page's policy lets no script run that stands in the page."""

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Medfacts</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""


POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
"""Swagger UI writes style attributes, and draws with images that stand in its style sheet."""


def add_docs(api: FastAPI) -> None:
    """Serve the document, its page and the page that explains the errors, all from here."""

    @api.get("/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:
        return JSONResponse(api.openapi())

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(PAGE, headers=POLICY)

    @api.get("/docs/start.js", include_in_schema=False)
    def start() -> Response:
        return Response(START, media_type="text/javascript")

    @api.get("/docs/assets/{name}", include_in_schema=False)
    def asset(name: str) -> Response:
        if name not in ASSETS:
            raise NotFoundError(f"There is nothing at '/docs/assets/{name[:50]}'.")
        return Response(_asset(name), media_type=ASSETS[name])

    @api.get(PROBLEM_PAGE, include_in_schema=False)
    def problems() -> HTMLResponse:
        return HTMLResponse(_problem_page(), headers=POLICY)


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()


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
