"""What REDbot notes of an address: `caching.py URL` prints `[[note, level, summary], ...]`."""

import json
import sys
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from typing import Any

import thor
from redbot.resource import HttpResource

LOCAL = {"redbot": {"enable_local_access": "True"}}


def notes_of(url: str) -> Iterator[tuple[str, str, str]]:
    """Each note, after REDbot has tried conditions, codings and ranges. Once in a process."""
    config = ConfigParser()
    config.read_dict(LOCAL)
    resource = HttpResource(config["redbot"], descend=False)
    resource.set_request(url)

    @thor.events.on(resource)
    def check_done() -> None:
        thor.stop()

    resource.check()
    thor.run()
    if resource.fetch_error:
        yield type(resource.fetch_error).__name__, "BAD", str(resource.fetch_error.desc)
    for note in _with_subnotes(resource.response.notes):
        yield type(note).__name__, note.level.name, note.summary


def _with_subnotes(notes: Iterable[Any]) -> Iterator[Any]:
    for note in notes:
        yield note
        yield from _with_subnotes(note.subnotes)


if __name__ == "__main__":
    print(json.dumps(list(notes_of(sys.argv[1]))))
