"""Clients that others' generators make from the document, compiled strictly and used."""

import shutil
from pathlib import Path

from contract.tools import GENERATED, HERE, NODE_BIN, PYTHON_BIN, JudgementError, run


def in_typescript(document: Path, url: str) -> str:
    """Types by openapi-typescript; no body untyped; a small frontend, compiled and run."""
    shutil.rmtree(GENERATED, ignore_errors=True)
    run(NODE_BIN / "openapi-typescript", document, "--output", GENERATED / "api.ts")
    run(NODE_BIN / "tsc", "--project", HERE / "tsconfig.json")
    return run("node", GENERATED / "js" / "frontend.js", url).strip()


def in_python(document: Path, url: str) -> str:
    """A client by openapi-python-client, made without a warning, and used."""
    package = document.parent / "python" / "medfacts_client"
    package.parent.mkdir()
    made = run(
        PYTHON_BIN / "openapi-python-client",
        *("generate", "--path", document, "--output-path", package),
        *("--meta", "none", "--fail-on-warning"),
        env={"PATH": str(PYTHON_BIN), "LC_ALL": "C.UTF-8"},
    )
    if "warning" in made.lower():
        raise JudgementError(made)
    return run(PYTHON_BIN / "python", HERE / "python_client.py", package.parent, url).strip()
