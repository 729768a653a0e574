"""What the linters find, held against `exceptions.yaml`: each exception has a reason, and a use."""

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from contract.tools import HERE, NODE_BIN, PYTHON_BIN, JudgementError, run

EXCEPTIONS = HERE / "exceptions.yaml"
NOTEWORTHY = ("WARN", "BAD")
ADDRESSES = (
    "/v1",
    "/v1/drugs",
    "/v1/drugs/baclofen?include=all",
    "/drugs/baclofen/warnings",
    "/v1/warnings?limit=2",
    "/v1/releases/current",
    "/v1/drugs/nothing",
    "/health/live",
    "/openapi.json",
    "/docs",
    "/docs/assets/swagger-ui-bundle.js",
)
"""What REDbot reads; each has to be validated and compressed, if it may be kept at all."""

VALIDATED = {"INM_304", "IMS_304"}
COMPRESSED = "CONNEG_GZIP_GOOD"
NOT_STORED = "STORE_NO_STORE"


@dataclass(frozen=True)
class Finding:
    """That a rule is broken at a place in the document, or at an address."""

    rule: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule} at {self.where}: {self.message}"


@dataclass(frozen=True)
class Exempt:
    """That a rule may be broken where a pattern matches, and why."""

    rule: str
    where: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.endswith("."):
            raise JudgementError(f"{self.rule} at {self.where} is excepted for no reason.")

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is excepted."""
        return self.rule == finding.rule and re.fullmatch(self.where, finding.where) is not None


def judge(found: Sequence[Finding], tool: str) -> str:
    """How much was found and excepted; a `JudgementError` for the rest, and for unused lines."""
    exempt = [Exempt(**entry) for entry in yaml.safe_load(EXCEPTIONS.read_text())[tool]]
    faults = [str(finding) for finding in found if not any(e.covers(finding) for e in exempt)]
    for line in exempt:
        if not any(line.covers(finding) for finding in found):
            faults.append(f"{line.rule} at {line.where} is excepted, and not found.")
    if faults:
        mend = f"Mend the document, or give the reason in {EXCEPTIONS.name}."
        raise JudgementError("\n".join([*faults[:40], f"{len(faults)} in all. {mend}"]))
    return f"{len(found)} findings, all excepted for {len(exempt)} reasons"


def by_spectral(document: Path, ruleset: str) -> str:
    """Judge a document by one of Spectral's rulesets."""
    report = document.with_suffix(f".{Path(ruleset).stem}.json")
    options = ("--format", "json", "--output", report, "--fail-severity", "hint", "--quiet")
    try:
        run(NODE_BIN / "spectral", "lint", "--ruleset", HERE / ruleset, *options, document)
    except JudgementError:
        if not report.exists():  # it ends with 1 for findings, and with 2 for what stopped it
            raise
    rows = json.loads(report.read_text() or "[]") if report.exists() else []
    found = [
        Finding(row["code"], "/".join(map(str, row["path"])) or "/", row["message"]) for row in rows
    ]
    return judge(found, Path(ruleset).stem)


def by_redocly(document: Path) -> str:
    """Judge a document by Redocly's strict ruleset."""
    options = ("--extends", "recommended-strict", "--format", "json", "--max-problems", "9999")
    try:
        printed = run(NODE_BIN / "redocly", "lint", *options, document)
    except JudgementError as error:
        printed = str(error)
    if '{"totals"' not in printed.replace("\n", "").replace(" ", ""):
        raise JudgementError(printed)
    report, _ = json.JSONDecoder().raw_decode(printed[printed.index("{") :])
    found = [
        Finding(p["ruleId"], p["location"][0]["pointer"].removeprefix("#/") or "/", p["message"])
        for p in report["problems"]
    ]
    return judge(found, "redocly")


def by_redbot(url: str) -> str:
    """Judge by REDbot how answers can be kept, validated and compressed."""

    def notes_on(address: str) -> list[Finding]:
        notes = json.loads(run(PYTHON_BIN / "python", HERE / "caching.py", url + address))
        return list(_of_notes(notes, address))

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(notes_on, ADDRESSES))
    return judge(list(itertools.chain.from_iterable(found)), "redbot")


def _of_notes(notes: list[tuple[str, str, str]], address: str) -> Iterator[Finding]:
    for name, level, summary in notes:
        if level in NOTEWORTHY:
            yield Finding(name, address, f"{level}: {summary}")
    names = {name for name, _, _ in notes}
    if NOT_STORED not in names:
        for name in sorted({*VALIDATED, COMPRESSED} - names):
            yield Finding(f"no-{name}", address, "REDbot has not seen it.")


def without_examples(node: Any) -> Any:
    """A document less its examples: the Zalando ruleset stumbles over a null in one."""
    if isinstance(node, list):
        return [without_examples(item) for item in node]
    if isinstance(node, dict):
        kept = {k: v for k, v in node.items() if k not in ("example", "examples")}
        return {k: without_examples(v) for k, v in kept.items()}
    return node
