"""What `medfacts import` does at a terminal: it reads, shows progress, and reports the result."""

import csv
import gc
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from app.database.engines import read_engine, write_engine
from app.ingest.files.inputs import inputs_of
from app.ingest.files.progress import phases
from app.ingest.importing import ImportReport, Quarantined, import_files, quarantined_of
from app.ingest.sources import IMPORTERS
from app.ingest.sources.interface import RefusedError
from app.settings import Settings

REASONS = 8
"""How many reasons for quarantining records are shown at the end; the report has them all."""

NAMED = 5
"""How many of the records that are left as older are named at the end; the report has them all."""

COUNTED = {
    "read": "read",
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "older": "older than what is loaded",
    "removed": "removed, as the files have them no more",
    "duplicates": "duplicates in these files",
    "kept": "kept as they were, for part of them could not be read",
    "invalid": "unreadable",
    "nameless": "of them without an id, so nothing was removed that these files lack",
}


def run_import(
    settings: Settings,
    source: str,
    files: tuple[str, ...],
    *,
    report: str | None,
    quiet: bool,
    unreadable_at_most: int,
    dry_run: bool,
    **options: Any,
) -> None:
    """Import files, and print a table of what became of their records."""
    if source not in IMPORTERS:
        raise RefusedError(f"there is no source '{source}'; there are {', '.join(IMPORTERS)}.")
    if report is not None:
        Path(report).touch()  # before anything is done, if it cannot be written
    engine = write_engine(settings)
    try:
        with (
            inputs_of(files, downloads=settings.download_dir, quiet=quiet) as inputs,
            phases(quiet=quiet) as begin,
        ):
            advance = begin("Reading", sum(input_.bytes for input_ in inputs))
            for input_ in inputs:
                input_.on_read = advance
            done = import_files(
                engine,
                source,
                inputs,
                dry_run=dry_run,
                most_invalid=unreadable_at_most,
                when_read=lambda: begin("Writing", unit=""),
                **options,
            )
    finally:
        engine.dispose()
    gc.freeze()  # or the end of the process takes a fifth of a second to look for cycles
    if report is not None:
        with Path(report).open("w", encoding="utf-8", newline="") as file:
            _write_csv(file, [(source, *row) for row in [*done.quarantined, *done.older]])
    click.echo(summary(done, dry_run=dry_run, report=report))


def summary(done: ImportReport, *, dry_run: bool, report: str | None) -> str:
    """What an import did, as a table and a sentence."""
    if not done.counts:
        return f"{done.source_id}: these files were imported before; nothing has changed."
    version = f", version {done.source_version.version}" if done.source_version.version else ""
    released = f" of {done.source_version.released}" if done.source_version.released else ""
    lines = [f"{done.source_id}{version}{released}"]
    rows = [(done.counts[name], label) for name, label in COUNTED.items()]
    rows += [(count, reason) for reason, count in sorted(done.skipped.items())]
    rows.append((done.of_quarantined, "set aside, whole or in part"))
    always = {"read", "new", "changed", "unchanged", "removed, as the files have them no more"}
    always.add(rows[-1][1])
    lines += [f"{count:>10,}  {label}" for count, label in rows if count or label in always]
    lines += [f"{count:>14,}  {reason}" for count, reason in _reasons(done.quarantined)]
    if done.quarantined and report is None and done.release is None:
        lines.append("`--report FILE` lists them, with what they could be.")
    elif done.quarantined and report is None:
        lines.append(f"`medfacts set-aside {done.source_id}` lists them, with what they could be.")
    if done.older:
        named = "; ".join(row.name for row in done.older[:NAMED])
        rest = len(done.older) - NAMED
        others = f"; and {rest:,} others, which `--report FILE` lists" if rest > 0 else ""
        lines.append(f"Left, for what is there is newer: {named}{others}.")
    if done.older_than:
        lines.append(
            f"These files are older than the release of {done.older_than} that is loaded, so what "
            "they lack was not removed; if they are not, say their date by --released."
        )
    if done.release is None:
        lines.append("Nothing has changed, so there is no new release.")
        return "\n".join(lines)
    facts = ", ".join(f"{done.facts[name]:,} {name}" for name in ("new", "changed", "removed"))
    lines.append(f"Facts: {facts}.")
    counts = ", ".join(f"{count:,} {noun}" for noun, count in done.release.counts.items())
    verb = "This would make release" if dry_run else "Loaded release"
    lines.append(f"{verb} {done.release.id}: {counts}.")
    return "\n".join(lines)


def write_quarantined(settings: Settings, source: str | None) -> None:
    """Print what is quarantined as CSV."""
    if source is not None and source not in IMPORTERS:
        raise RefusedError(f"there is no source '{source}'; there are {', '.join(IMPORTERS)}.")
    engine = read_engine(settings)
    try:
        with engine.connect() as connection:
            rows = [
                (name, *row)
                for name in ([source] if source else IMPORTERS)
                for row in quarantined_of(connection, name)
            ]
    finally:
        engine.dispose()
    _write_csv(sys.stdout, rows)


def _reasons(quarantined: list[Quarantined]) -> list[tuple[int, str]]:
    """The commonest reasons, each with the number of records."""
    counted: Counter[str] = Counter()
    for row in quarantined:
        counted[row.reason] += row.records
    common = [(count, reason) for reason, count in counted.most_common(REASONS)]
    rest = counted.total() - sum(count for count, _ in common)
    return common + ([(rest, "for other reasons")] if rest else [])


def _write_csv(file: Any, rows: Iterable[tuple[Any, ...]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["source", *Quarantined._fields])
    writer.writerows(rows)
