"""`./dev contract`: every judge of the contract, one after the other; 1 if any finds a fault."""

import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx

from app.settings import ROOT
from contract import cds_hooks, clients, fhir, findings
from contract.serving import servers
from contract.tools import HERE, PYTHON_BIN, JudgementError, install, run

SEED = 1
EXAMPLES = 60
"""How many cases schemathesis makes for an operation in its fuzzing phase."""

Judge = Callable[[], str]


def main() -> int:
    """Install the judges, serve, and let each judge; say what each found."""
    begun = time.monotonic()
    try:
        install()
    except JudgementError as error:
        sys.stderr.write(f"contract: {error}\n")
        return 1
    _say("installed", begun, f"node_modules and {PYTHON_BIN.parent.name}, as locked")
    try:
        with tempfile.TemporaryDirectory() as name, servers(Path(name)) as urls:
            failed = [name for name, judge in _judges(Path(name), urls) if not _passes(name, judge)]
    except (JudgementError, httpx.HTTPError) as error:
        sys.stderr.write(f"contract: nothing could be judged: {error}\n")
        return 1
    if failed:
        sys.stderr.write(f"contract: it does not hold: {', '.join(failed)}.\n")
    return 1 if failed else 0


def _judges(folder: Path, urls: dict[str, str]) -> Iterator[tuple[str, Judge]]:
    """Each judge by its name, all of them on the document that is served."""
    url = urls["SQLite"]
    served = httpx.get(f"{url}/openapi.json").raise_for_status().text
    document, bare = folder / "openapi.json", folder / "bare.json"
    document.write_text(served, encoding="utf-8")
    bare.write_text(json.dumps(findings.without_examples(json.loads(served))), encoding="utf-8")
    yield "Spectral, OpenAPI", partial(findings.by_spectral, document, "rulesets/openapi.yaml")
    yield "Spectral, OWASP", partial(findings.by_spectral, document, "rulesets/owasp.yaml")
    yield "Spectral, Zalando", partial(findings.by_spectral, bare, "rulesets/zalando.yaml")
    yield "Redocly, strict", partial(findings.by_redocly, document)
    yield "TypeScript client", partial(clients.in_typescript, document, url)
    yield "Python client", partial(clients.in_python, document, url)
    yield "CDS client", partial(cds_hooks.as_client, urls)
    yield "FHIR clients", partial(fhir.as_clients, urls)
    for engine in urls:
        yield f"REDbot, {engine}", partial(findings.by_redbot, urls[engine])
    yield "schemathesis", partial(_by_schemathesis, folder, urls)


def _by_schemathesis(folder: Path, urls: dict[str, str]) -> str:
    """Every check and phase on both engines; one failure hides no other."""
    failures: list[str] = []

    def on(engine: str) -> str:
        try:
            return f"{engine}: {_cases(folder / engine, urls[engine])}"
        except JudgementError as error:
            failures.append(f"{engine}: {error}")
            return ""

    with ThreadPoolExecutor() as pool:
        summary = "; ".join(pool.map(on, urls))
    if failures:
        raise JudgementError("\n".join(failures))
    return summary


def _cases(cwd: Path, url: str) -> str:
    """How many cases passed; a `JudgementError` with the whole report otherwise."""
    cwd.mkdir()
    printed = run(
        PYTHON_BIN / "schemathesis",
        *("--config-file", HERE / "schemathesis.toml", "run", f"{url}/openapi.json"),
        *("--checks", "all", "--max-examples", str(EXAMPLES), "--seed", str(SEED), "--no-color"),
        cwd=cwd,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "contract.hooks", "PYTHONPATH": str(ROOT)},
    )
    [cases] = [line.strip() for line in printed.splitlines() if " generated, " in line]
    return cases


def _passes(name: str, judge: Judge) -> bool:
    begun = time.monotonic()
    try:
        _say(name, begun, judge())
    except JudgementError as error:
        _say(name, begun, f"FAILED\n{error}")
        return False
    except Exception:  # what a judge prints may not be what is expected; the others still judge
        _say(name, begun, f"FAILED\n{traceback.format_exc()}")
        return False
    return True


def _say(name: str, begun: float, what: str) -> None:
    sys.stdout.write(f"{name:18} {time.monotonic() - begun:6.1f} s  {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
