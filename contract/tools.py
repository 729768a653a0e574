"""The judges, installed as locked. One that is missing is an error, never a skip."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from app.settings import ROOT

HERE = ROOT / "contract"
GENERATED = HERE / "generated"
NODE_BIN = HERE / "node_modules" / ".bin"
PYTHON_LOCK = ROOT / "requirements-contract.lock"
PYTHON_HOME = ROOT / ".venv-contract"
PYTHON_BIN = PYTHON_HOME / "bin"


SECONDS_TO_JUDGE = 300
"""How long a tool may take: one that waits for ever is a fault, not a pause."""


class JudgementError(Exception):
    """What a judge found, or what stopped it: told to whoever runs it."""


def install() -> None:
    """Install what is not there as locked."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise JudgementError("Node.js 20 or newer and its npm are needed; neither may be missing.")
    _if_changed(NODE_BIN.parent / ".locked", HERE / "package-lock.json", _install_node_tools)
    install_python(PYTHON_HOME, PYTHON_LOCK)


def install_python(home: Path, lock: Path) -> None:
    """Make a Python environment of what a lock file names, unless it is there already."""
    _if_changed(home / ".locked", lock, lambda: _install_python_tools(home, lock))


def run(*command: str | Path, cwd: Path = HERE, env: dict[str, str] | None = None) -> str:
    """What a command prints; a `JudgementError` with all it said if it fails or never ends."""
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, timeout=SECONDS_TO_JUDGE
        )
    except subprocess.TimeoutExpired:
        raise JudgementError(f"{name} had not ended after {SECONDS_TO_JUDGE} s.") from None
    if done.returncode != 0:
        raise JudgementError(f"{name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _if_changed(stamp: Path, lock: Path, make: Callable[[], None]) -> None:
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        make()
        stamp.write_text(digest)


def _install_node_tools() -> None:
    run("npm", "ci", "--ignore-scripts", "--loglevel=error")


def _install_python_tools(home: Path, lock: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    run(sys.executable, "-m", "venv", home)
    python = home / "bin" / "python"
    hashed = ("--quiet", "--require-hashes", "--requirement", lock)
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        run(uv, "pip", "install", "--python", python, *hashed)
    else:
        run(python, "-m", "pip", "install", *hashed)
