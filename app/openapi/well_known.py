"""What programs look for under `/.well-known/`: the API's catalogue, and a security contact."""

import json
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from app.http.exchange import Exchange
from app.http.headers import VERSION

LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
CATALOG = {
    "linkset": [
        {
            "anchor": VERSION,
            "service-desc": [{"href": "/openapi.json", "type": "application/json"}],
            "service-doc": [{"href": "/docs", "type": "text/html"}],
            "status": [{"href": "/health/ready", "type": "application/json"}],
        }
    ]
}
CONTACT_HOLDS = timedelta(days=180)
"""How long a reader may rely on security.txt: RFC 9116 wants less than a year."""


def add_well_known(api: FastAPI, security_contact: str) -> None:
    """Serve `/.well-known/api-catalog` (RFC 9727) and `/.well-known/security.txt` (RFC 9116)."""
    catalog = json.dumps(CATALOG, separators=(",", ":"))

    @api.get("/.well-known/api-catalog", include_in_schema=False)
    def api_catalog() -> Response:
        link = '</.well-known/api-catalog>; rel="api-catalog"'
        return Response(catalog, media_type=LINKSET, headers={"Link": link})

    started = datetime.now(UTC)  # with the contact that the settings then named

    @api.get("/.well-known/security.txt", include_in_schema=False)
    def security_txt(request: Request) -> Response:
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0)
        Exchange.of(request.scope).modified_at(max(started, today))
        expires = today.date() + CONTACT_HOLDS
        return PlainTextResponse(
            f"Contact: {security_contact}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: en\n"
        )
