"""What the server writes down: one line for each event, as text for people or JSON for machines.

Nothing that a client sends can begin a line: control characters are escaped in both.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine import make_url

from app.settings import Settings

ACCESS = logging.getLogger("medfacts.access")
"""One line a request, where `MEDFACTS_ACCESS_LOG` asks for it."""

CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")
IN_MESSAGE = ("method", "path", "status")
HIDDEN = "…"
SHORTEST_SECRET = 4
"""Characters of a password below which it is not looked for: it would be found in words."""


class Lines(logging.Formatter):
    """Formats an event as one line, without the secrets that the settings hold."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = dict(getattr(record, "fields", {}))
        if hasattr(record, "request_id"):
            fields["request_id"] = record.request_id
        moment = datetime.fromtimestamp(record.created, UTC)
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        line = self.line(moment, record.levelname.lower(), record.getMessage(), fields, trace)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line

    def line(
        self, moment: datetime, level: str, message: str, fields: dict[str, Any], trace: str
    ) -> str:
        """What is written of an event; `trace` is that of an exception, or nothing."""
        raise NotImplementedError


class JsonLines(Lines):
    """One JSON object an event."""

    def line(
        self, moment: datetime, level: str, message: str, fields: dict[str, Any], trace: str
    ) -> str:
        """The object, with the event's fields after what every event has."""
        event = {"time": moment.isoformat(timespec="milliseconds"), "level": level}
        event |= {"message": message.strip()} | fields | ({"trace": trace} if trace else {})
        return json.dumps(event, default=str)


class TextLines(Lines):
    """One line an event; those of a traceback are indented."""

    def line(
        self, moment: datetime, level: str, message: str, fields: dict[str, Any], trace: str
    ) -> str:
        """The line: time, level, message, and the fields that are not in the message."""
        more = {k: v for k, v in fields.items() if v is not None and k not in IN_MESSAGE}
        shown = " ".join(f"{name}={_plain(value)}" for name, value in more.items())
        text = f"{moment:%Y-%m-%d %H:%M:%S} {level:8}{_escaped(message.strip())} {shown}".rstrip()
        return "\n    ".join([text, *map(_escaped, trace.splitlines())])


def begin_logging(settings: Settings) -> None:
    """From now on, write what happens to stderr, as the settings have it."""
    handler = logging.StreamHandler(sys.stderr)
    lines = JsonLines if settings.log_format == "json" else TextLines
    handler.setFormatter(lines(_secrets(settings)))
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("medfacts", "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)


def _secrets(settings: Settings) -> list[str]:
    password = make_url(settings.database_url).password or ""
    if len(password) < SHORTEST_SECRET:
        return []
    return [password, quote(password, safe=""), json.dumps(password)[1:-1]]


def _plain(value: object) -> str:
    """A field's value, in quotes where it could be taken for several."""
    text = str(value)
    return text if re.fullmatch(r"[!#-~]+", text) else json.dumps(text)


def _escaped(text: str) -> str:
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
