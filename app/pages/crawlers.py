"""What search engines and assistants read: robots.txt, a sitemap by release, and llms.txt."""

from typing import Annotated
from xml.sax.saxutils import escape

import sqlalchemy as sa
from fastapi import FastAPI, Path
from pydantic_core import from_json
from sqlmodel import col
from starlette.responses import PlainTextResponse

from app.api.read_session import DataRoute, ReadSession, with_release
from app.api.releases import current_release
from app.http.problems import NotFoundError
from app.http.routing import Router
from app.models.document import Document
from app.pages.browse import BROWSE
from app.pages.templating import ENVIRONMENT

router = Router("Pages", "", DataRoute)

XML = "application/xml"
OF_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

LISTED = ("drugs", "labels", "trials")
"""The kinds of record that have pages."""

MOST = 50_000
"""Addresses of one sitemap, by its protocol."""

_page_of_ids = (
    sa.select(col(Document.id))
    .where(col(Document.kind) == sa.bindparam("kind"))
    .order_by(col(Document.id))
    .limit(MOST)
    .offset(sa.bindparam("offset", type_=sa.Integer()))
    .subquery("ids")
)
IDS = with_release(_page_of_ids, _page_of_ids.c.id, order=(_page_of_ids.c.id,))


@router.get("/sitemap.xml", include_in_schema=False)
def sitemap(session: ReadSession) -> bytes:
    """The sitemaps of the release that is served."""
    release = from_json(current_release(session))
    maps = [
        f"/sitemaps/{kind}-{number}.xml"
        for kind in LISTED
        for number in range(1, -(-release["counts"].get(kind, 0) // MOST) + 1)
    ]
    return _xml(session, "sitemapindex", "sitemap", maps, release["as_of"])


@router.get("/sitemaps/{name}.xml", include_in_schema=False)
def sitemap_of_kind(
    session: ReadSession, name: Annotated[str, Path(pattern=r"^[a-z]+-[1-9][0-9]{0,3}$")]
) -> bytes:
    """The pages of a kind of record, 50,000 at most."""
    kind, number = name.split("-")
    ids = []
    if kind in LISTED:
        offset = (int(number) - 1) * MOST
        ids = [id_ for (id_,) in session.found(IDS, kind=kind, offset=offset)]
    if not ids:
        raise NotFoundError(f"There is no sitemap '{name}'.")
    as_of = from_json(current_release(session))["as_of"]
    return _xml(session, "urlset", "url", [f"{BROWSE}/{kind}/{id_}" for id_ in ids], as_of)


def _xml(session: ReadSession, root: str, entry: str, paths: list[str], as_of: str) -> bytes:
    session.media_type = XML
    base = session.scope["app"].state.address
    entries = "".join(
        f"<{entry}><loc>{escape(base + path)}</loc><lastmod>{as_of}</lastmod></{entry}>"
        for path in paths
    )
    xml = f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{OF_SITEMAP}">{entries}</{root}>'
    return xml.encode()


def add_texts(api: FastAPI) -> None:
    """Serve robots.txt and llms.txt."""
    base = api.state.address
    robots = f"User-agent: *\nAllow: /\n\nSitemap: {base}/sitemap.xml\n"
    llms = ENVIRONMENT.get_template("llms.txt").render(base=base)

    @api.get("/robots.txt", include_in_schema=False)
    def robots_txt() -> PlainTextResponse:
        return PlainTextResponse(robots)

    @api.get("/llms.txt", include_in_schema=False)
    def llms_txt() -> PlainTextResponse:
        return PlainTextResponse(llms)
