"""What the layers know of one request and its answer: a typed object that they share."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import getrandbits
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from starlette.types import Scope

if TYPE_CHECKING:
    from app.http.problems import ProblemError

KEY = "medfacts.exchange"
"""Where a scope holds it, and each copy of that scope."""

REQUEST_ID = b"x-request-id"
CLIENTS_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Exchange:
    """One request and what is known of its answer so far.

    `method` and `path` are as the client sent them, whatever a layer passes on instead.
    """

    request_id: str
    method: str
    path: str
    began: float = field(default_factory=monotonic)
    target: bytes | None = None
    """Path and query, the parameters in order, once they and the headers were found in order."""
    route: str | None = None
    """The template of the route that answered."""
    cache: str = "bypass"
    """What the response cache did: `hit`, `revalidated`, `miss`, or nothing."""
    release: tuple[Any, ...] | None = None
    """What identifies the release that was read; its number comes first."""
    modified: datetime | None = None
    """When what was read was last modified, to the second, as HTTP has it."""
    refusal: "ProblemError | None" = None
    """The error that a layer answers with, instead of what is inside."""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    """Headers that the answer carries, whatever it turns out to be."""

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """The exchange of a request; whoever asks first begins it."""
        exchange: Self | None = scope.get(KEY)
        if exchange is None:
            asked = [value for name, value in scope["headers"] if name == REQUEST_ID]
            id_ = request_id(asked[0] if len(asked) == 1 else None).decode()
            exchange = scope[KEY] = cls(id_, scope["method"], scope["path"])
        return exchange

    def announce(self, name: str, value: str) -> None:
        """Have the answer carry a header, whatever it turns out to be."""
        self.headers[name.lower().encode()] = value.encode("latin-1")

    def modified_at(self, moment: datetime) -> None:
        """Say when what this request reads was last modified."""
        self.modified = moment.astimezone(UTC).replace(microsecond=0)

    def refuse(self, error: "ProblemError") -> "ProblemError":
        """The error to raise instead of an answer, whatever was found out before."""
        self.refusal = error
        self.headers.clear()
        return error


def request_id(asked: bytes | None) -> bytes:
    """The client's own id for its request if it is a plain one, or else a new one."""
    if asked and CLIENTS_ID.fullmatch(asked := asked.strip(b" \t")):
        return asked
    return b"%032x" % getrandbits(128)
