"""What schemathesis has to be told of this API, and cannot read off the document.

A cursor is opaque: text of the right form is refused unless it came from `next` of that very list.
So a cursor that is made up by the rules is replaced by a real one, or left out on a last page.
"""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import schemathesis

WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,2000}")


@schemathesis.hook
def before_call(_: Any, case: Any, __: Any) -> None:
    """Give the list that is asked a cursor of its own."""
    query = case.query or {}
    for given in (query, case.body):  # FHIR's, of which one page is asked for
        if isinstance(given, dict):
            given.pop("_cursor", None)
    cursor = query.get("cursor")
    if not (isinstance(cursor, str) and WELL_FORMED.fullmatch(cursor)):
        return
    rest = {name: value for name, value in query.items() if name != "cursor"}
    asked = case.as_transport_kwargs()
    answer = requests.get(asked["url"], params=rest, timeout=10)
    following = answer.json().get("next") if answer.ok else None
    if following:
        case.query["cursor"] = parse_qs(urlsplit(following).query)["cursor"][0]
    elif answer.ok:
        del case.query["cursor"]
