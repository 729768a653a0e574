"""Runs in Datasette's own environment: FILE, QUERY and PORT are its arguments.

Datasette as it is recommended for a file that does not change (immutable), on uvicorn with
uvloop and httptools, without the access log that `datasette serve` cannot switch off.
"""

import sys
from pathlib import Path

import uvicorn
from datasette.app import Datasette


def main() -> None:
    """Serve until stopped."""
    file, query, port = sys.argv[1:]
    queries = {"record": {"sql": Path(query).read_text()}}
    datasette = Datasette(
        immutables=[file],
        metadata={"databases": {Path(file).stem: {"queries": queries}}},
    )
    uvicorn.run(
        datasette.app(),
        host="127.0.0.1",
        port=int(port),
        log_level="warning",
        access_log=False,
        lifespan="on",
    )


if __name__ == "__main__":
    main()
