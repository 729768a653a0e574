"""The made-up records as the other contestants have them, taken from the project's own answers."""

import http.client
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.labels import drug_name
from bench.load import BenchError
from bench.servers import ROOT, medfacts

Record = dict[str, Any]
Facts = dict[str, list[Record]]


def copy_for_others(folder: Path, url: str, drugs: int) -> tuple[Path, Path, list[str]]:
    """A catalogue's records as Datasette and the tutorial way have them, each in a file of its own.

    They are taken from the API, so they do not depend on how the project stores them. Datasette's
    table `document` has a row for each record and each fact, as JSON; the kinds of facts are
    returned too.
    """
    plain, tables = folder / f"datasette-{drugs}.db", folder / f"tutorial-{drugs}.db"
    making = {**os.environ, "BENCH_DATABASE": str(tables)}
    subprocess.run([sys.executable, "-m", "bench.tutorial"], cwd=ROOT, env=making, check=True)
    kinds: list[str] = []
    with (
        closing(sqlite3.connect(plain)) as documents,
        closing(sqlite3.connect(tables)) as rows,
        medfacts(folder, url, cached=False) as server,
    ):
        documents.execute(
            "CREATE TABLE document (kind TEXT, id TEXT, drug_id TEXT, body TEXT NOT NULL, "
            "PRIMARY KEY (kind, id))"
        )
        documents.execute("CREATE INDEX ix_document_drug_id ON document (drug_id, kind, id)")
        for record, facts in _records(server.url, drugs):
            kinds = kinds or list(facts)
            _save(rows, record, facts)
            every = [("drugs", record), *((kind, f) for kind in facts for f in facts[kind])]
            documents.executemany(
                "INSERT INTO document VALUES (?, ?, ?, ?)",
                [(kind, each["id"], record["id"], _dumped(each)) for kind, each in every],
            )
        documents.commit()
        rows.commit()
    return plain, tables, kinds


def _records(url: str, drugs: int) -> Iterator[tuple[Record, Facts]]:
    """Each drug's record, and its facts by kind."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    for number in range(drugs):
        parts = []
        for include in ("", "?include=all"):
            connection.request("GET", f"/v1/drugs/{drug_name(number)}{include}")
            answer = connection.getresponse()
            parts.append(json.loads(answer.read()))
            if answer.status != 200:
                raise BenchError(f"{drug_name(number)} was answered with {answer.status}.")
        record, everything = parts
        yield record, {kind: everything[kind] for kind in everything if kind not in record}
    connection.close()


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _save(connection: sqlite3.Connection, record: Record, facts: Facts) -> None:
    """Save one of the project's records, and its facts by kind."""
    drug = record["id"]
    detail = _rest(record, ("id", "name", "names"))
    _insert(connection, "drug", {"id": drug, "name": record["name"], "detail": detail})
    for number, name in enumerate(record["names"]):
        row = {"id": f"{drug} {number}", "drug_id": drug}
        _insert(connection, "name", row | {"name": name["name"], "type": name["type"]})
        _cite(connection, "name_id", row["id"], name["citations"])
    apart = ("id", "drug", "statement", "certainty", "citations")
    for kind, some in facts.items():
        for fact in some:
            row = {"id": fact["id"], "drug_id": drug, "kind": kind}
            said = {"statement": fact["statement"], "certainty": fact.get("certainty", "stated")}
            _insert(connection, "fact", row | said | {"detail": _rest(fact, apart)})
            _cite(connection, "fact_id", row["id"], fact["citations"])


def _cite(connection: sqlite3.Connection, key: str, id_: str, citations: list[Record]) -> None:
    for citation in citations:
        source = citation["source"]
        _insert(connection, "source", {key: source[key] for key in ("id", "title", "url")})
        row = {"source_id": source["id"], "locator": citation["locator"], key: id_}
        _insert(connection, "citation", row)


def _insert(connection: sqlite3.Connection, table: str, row: Record) -> None:
    values = ", ".join(f":{column}" for column in row)
    connection.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(row)}) VALUES ({values})", row)


def _rest(record: Record, apart: tuple[str, ...]) -> str:
    return json.dumps({key: value for key, value in record.items() if key not in apart})
