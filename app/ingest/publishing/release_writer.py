"""Releases: each is the whole data in one state, made in one transaction."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from app.documents.checksums import release_checksum
from app.documents.rendering import DOCUMENT_VERSION, documents_of
from app.ingest.bulk_insert import Tables
from app.ingest.sources.interface import SourceVersion
from app.ingest.staging.upserting import Changes
from app.models.base import POSTGRES, Row, table_of
from app.models.fact import fact_kinds
from app.models.release import Release, ReleaseFile
from app.models.source_record import SourceState

COUNTED = ("drugs", "conditions", "sources", "labels", "products")
"""What a release counts beside the facts."""


@dataclass(frozen=True)
class File:
    """A file that data was loaded from."""

    name: str
    sha256: str
    bytes: int

    @classmethod
    def of(cls, path: Path, name: str) -> "File":
        """What the file holds now."""
        content = path.read_bytes()
        return cls(name, hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True)
class Loaded:
    """A release that is in the database; `new` if it has just been written."""

    id: str
    files: list[File]
    counts: dict[str, int]
    document_version: int
    new: bool


def current_release(connection: sa.Connection) -> Loaded | None:
    """The release being served; None before the first."""
    release = connection.execute(
        sa.select(
            col(Release.number),
            col(Release.id),
            col(Release.counts),
            col(Release.document_version),
        )
        .order_by(col(Release.number).desc())
        .limit(1)
    ).one_or_none()
    if release is None:
        return None
    files = connection.execute(
        sa.select(ReleaseFile.name, ReleaseFile.sha256, ReleaseFile.bytes)  # type: ignore[call-overload] # columns
        .where(col(ReleaseFile.release_number) == release.number)
        .order_by(col(ReleaseFile.position))
    )
    return Loaded(
        release.id,
        [File(*file) for file in files],
        release.counts,
        release.document_version,
        new=False,
    )


def write_release(
    connection: sa.Connection,
    tables: Tables,
    changes: Changes,
    files: list[File],
    source_version: SourceVersion,
) -> Loaded:
    """Number the state of the data that an import made by these tables, and have it served."""
    releases = table_of(Release)
    current = current_release(connection)
    before = connection.execute(
        sa.select(sa.func.max(releases.c.number), sa.func.max(releases.c.loaded_at))
    ).one()
    sources = connection.execute(
        sa.select(
            col(SourceState.id),
            col(SourceState.as_of),
            col(SourceState.content),
            col(SourceState.row),
        ).order_by(col(SourceState.id))
    ).all()
    said = [[s.id, s.content, sorted(s.row.items())] for s in sources]
    digest = hashlib.sha256(json.dumps(said).encode())
    as_of = max(source.as_of for source in sources)
    release = {
        "number": (before[0] or 0) + 1,
        "id": f"{as_of}-{digest.hexdigest()[:12]}",
        "as_of": as_of,
        "loader": changes.source_id,
        "version": source_version.version,
        "released": source_version.released,
        "counts": counts_after(current.counts if current else {}, tables.documents),
        "loaded_at": _moment_after(before[1]),
        "document_version": DOCUMENT_VERSION,
    }
    connection.execute(releases.insert(), with_checksum(release))
    rows = [
        {"release_number": release["number"], "position": i, **vars(file)}
        for i, file in enumerate(files)
    ]
    connection.execute(table_of(ReleaseFile).insert(), rows)
    for document in documents_of(connection, "releases", [release["number"]]):
        tables.add_document(document)
    tables.finish()
    return Loaded(str(release["id"]), files, release["counts"], DOCUMENT_VERSION, new=True)


def with_checksum(release: Row) -> Row:
    """A release's row with its checksum, which is of its counts as they are stored."""
    checksum = release_checksum(
        release["number"],
        release["id"],
        release["loaded_at"],
        release["document_version"],
        json.dumps(release["counts"]),
    )
    return release | {"checksum": checksum}


def counts_after(before: Mapping[str, int], documents: Mapping[str, int]) -> dict[str, int]:
    """What a release counts, from what the one before counted and how many documents came since.

    So nothing is counted but what changed.
    """
    return {
        noun: before.get(noun, 0) + documents.get(noun, 0) for noun in (*COUNTED, *fact_kinds())
    }


def write_alone(connection: sa.Connection) -> None:
    """Have other loaders wait until this one has ended; SQLite has one writer at a time anyway."""
    if connection.dialect.name == POSTGRES:
        connection.execute(sa.text("LOCK TABLE release IN SHARE ROW EXCLUSIVE MODE"))


def _moment_after(release: datetime | None) -> datetime:
    """Now, or the second after the last release's: `Last-Modified` has to tell the two apart."""
    now = datetime.now(UTC).replace(microsecond=0)
    return now if release is None else max(now, release + timedelta(seconds=1))
