"""How pages are rendered: Jinja2, with everything escaped, and nothing from another host."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.api.read_session import DataRoute, ReadSession
from app.http.headers import prefers_html
from app.http.problems import BadParameterError, NotFoundError, ProblemError
from app.models.base import Row
from app.pages.drug_view import affinity_text
from app.pages.statements import (
    approval,
    cite,
    excerpt,
    folded,
    heading,
    sentence,
    source,
    sources,
    statement,
    words,
)

FOLDER = Path(__file__).parent
HTML = "text/html; charset=utf-8"
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class RowEnvironment(Environment):
    """Jinja2's, where a dot behind a mapping means its key at once: pages are made of rows."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What `obj.attribute` means in a template."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


ENVIRONMENT = RowEnvironment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def linked_data(data: Row) -> Markup:
    """Data for a `<script type="application/ld+json">`, which no text can end."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 -- no tag is left in it


def number(value: float) -> str:
    """A number as people write it: with commas, and no zeros behind it."""
    return f"{value:,.10g}"


def number3(value: float) -> str:
    """A number that was computed, to three digits."""
    return f"{value:.3g}"


def strength(of: Row) -> str:
    """A strength: `2.5 mg`, `10 mg in 1 mL`."""
    numerator, denominator = of["numerator"], of["denominator"]
    text = f"{numerator['value']} {numerator['unit']}"
    per = f"{denominator['value']} {denominator['unit']}" if denominator else "1 1"
    return text if per == "1 1" else f"{text} in {per}"


def _as_html(made: Callable[..., str]) -> Callable[..., Markup]:
    """A filter of a function that makes HTML, and escapes what it puts into it."""
    return lambda *given: Markup(made(*given))  # noqa: S704 -- see above


ENVIRONMENT.filters |= {
    of.__name__: _as_html(of)
    for of in (approval, cite, folded, sentence, source, sources, statement)
} | {
    "linked_data": linked_data,
    "words": words,
    "number": number,
    "number3": number3,
    "strength": strength,
    "affinity": affinity_text,
    "of_arm": lambda arm, arms: arms.get(arm, arm),
    "heading": heading,
    "excerpt": excerpt,
}


def page(session: ReadSession, template: str, **values: Any) -> bytes:
    """A page of what a session has read; `canonical` is its path, `data` is schema.org's."""
    session.media_type = HTML
    session.headers = [header for header in session.headers if header[0] == b"content-location"]
    session.headers.append((b"content-security-policy", POLICY))
    canonical = session.scope["app"].state.public_url + values.pop("canonical")
    data = values.pop("data", None)
    rendered = ENVIRONMENT.get_template(template).render(
        release=session.release,
        canonical=canonical,
        data=data and {**data, "url": canonical},
        **values,
    )
    return rendered.encode()


class PageRoute(DataRoute):
    """A route whose answer is a page, and whose errors are pages for whoever reads pages."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has this path."""
        try:
            await super().handle(scope, receive, send)
        except (NotFoundError, BadParameterError, RequestValidationError) as error:
            if not prefers_html(Headers(scope=scope).get("accept")):
                raise
            status, title, detail = _told(error)
            body = ENVIRONMENT.get_template("error.html").render(
                release=None, title=title, detail=detail, canonical=None, data=None
            )
            headers = [
                (b"content-type", HTML.encode()),
                (b"content-security-policy", POLICY),
                (b"vary", b"Accept"),
            ]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body.encode()})


def _told(error: ProblemError | RequestValidationError) -> tuple[int, str, str]:
    if isinstance(error, ProblemError):
        return error.status, error.title, str(error)
    return BadParameterError.status, BadParameterError.title, "A parameter has no value that fits."
