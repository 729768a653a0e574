"""Which clients may call: those whose token one of the issuers of the settings signed.

https://cds-hooks.hl7.org/2.0/#trusting-cds-clients
"""

from pathlib import Path

import jwt
from starlette.datastructures import Headers

from app.http.problems import UnauthorizedError

ALGORITHMS = ["ES384", "RS384", "ES256", "RS256"]
CLAIMS = ["iss", "aud", "exp", "iat", "jti"]

Clients = dict[str, jwt.PyJWKSet]
"""The keys of each issuer."""


def clients_of(issuers: dict[str, Path]) -> Clients:
    """The keys of issuers, by the files of JWK sets that the settings name."""
    return {
        issuer: jwt.PyJWKSet.from_json(path.read_text("utf-8")) for issuer, path in issuers.items()
    }


def require_client(clients: Clients, headers: Headers, audience: str) -> None:
    """Raise `UnauthorizedError` unless the request has a token for this address, of an issuer that
    is known; where no issuer is named, everybody may call, and a token is not looked at."""
    if not clients:
        return
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorizedError(UnauthorizedError.example)
    try:
        unverified = jwt.decode(token, options={"verify_signature": False})
        keys = clients[str(unverified.get("iss"))]
        key = keys[jwt.get_unverified_header(token).get("kid", "")]
        jwt.decode(
            token, key, ALGORITHMS, audience=audience, options={"require": CLAIMS}, leeway=30
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise UnauthorizedError("The token is not one that a known issuer signed.") from error
