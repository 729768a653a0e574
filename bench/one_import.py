"""One import in a process of its own, or the least that it has to do; prints what that took.

    python -m bench.one_import import SOURCE FILE...   `medfacts import`, as a person runs it
    python -m bench.one_import parse SOURCE FILE...    reads and parses the files, and no more
    python -m bench.one_import hash SOURCE FILE...     reads and hashes them

The seconds are those of the work, with every module loaded before; whoever starts this sees what
the start costs.
"""

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite  # noqa: F401 -- loaded before the clock starts

from app.cli import main
from app.ingest import import_command as command  # noqa: F401 -- likewise
from app.ingest.files.inputs import inputs_of
from app.ingest.files.json_records import JsonRecords
from app.ingest.sources import importer_of
from app.settings import Settings

LISTS = ("results", "studies")
"""Where the records of a JSON file are."""


def _import(source: str, files: list[str]) -> None:
    main(["import", source, *files, "--quiet"], standalone_mode=False)


def _parse(_: str, files: list[str]) -> None:
    with inputs_of(files, downloads=Settings().download_dir, quiet=True) as inputs:
        for part in (part for input_ in inputs for part in input_.parts()):
            for _record in JsonRecords(part, LISTS):
                pass


def _hash(_: str, files: list[str]) -> None:
    for file in files:
        with Path(file).open("rb") as opened:
            hashlib.file_digest(opened, "sha256")


WORK: dict[str, Callable[[str, list[str]], None]] = {
    "import": _import,
    "parse": _parse,
    "hash": _hash,
}


def _peak_mb() -> float:
    """The most memory this process had resident, in MB of a million bytes.

    Not `ru_maxrss`: Linux hands that of the process which started this one on.
    """
    told = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(told[1]) * 1024 / 1e6 if told else 0.0


if __name__ == "__main__":
    what, source_id, *paths = sys.argv[1:]
    importer_of(source_id)
    begun = time.perf_counter()
    WORK[what](source_id, paths)
    took = time.perf_counter() - begun
    sys.stdout.write(json.dumps({"seconds": took, "peak_mb": _peak_mb()}) + "\n")
