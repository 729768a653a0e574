"""The contestants' servers: one process each, on one core, listening on loopback."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGTERM

from app.settings import ROOT
from bench.load import BenchError, get
from tests.postgres import LIBC, PR_SET_PDEATHSIG

HOME = ROOT / ".venv-bench"
LOCK = ROOT / "requirements-bench.lock"
SECONDS_TO_START = 120
SECONDS_TO_STOP = 15
UVICORN = ("--no-access-log", "--log-level", "warning", "--no-server-header", "--ws", "none")

CORES = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else [0]
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
"""Servers have one core, and what loads them (and Postgres) another, where there are two."""

RUNNING: set[int] = set()
"""The processes of the servers that run now."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    url: str
    pid: int
    seconds_to_start: float


def stay_on(core: int) -> None:
    """Keep this process, and those that it starts, on one core."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {core})


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(
    name: str,
    command: Sequence[str | Path],
    folder: Path,
    port: int,
    ready: str = "/",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server until the block ends; it has answered `ready` with 200 when it begins."""
    log = folder / f"{name}-{port}.log"
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:  # not a pipe: nobody would empty it
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**inherited(), "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(as_a_server, SERVER_CORE),
        )
    RUNNING.add(process.pid)
    try:
        while not _answers(url, ready):
            if process.poll() is not None or time.monotonic() - begun > SECONDS_TO_START:
                sys.stderr.write(log.read_text(errors="replace")[-2000:])
                raise BenchError(f"{name} did not start; its log is above")
            time.sleep(0.005)
        yield Server(url, process.pid, time.monotonic() - begun)
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        RUNNING.discard(process.pid)


@contextmanager
def medfacts(
    folder: Path, database_url: str, cached: bool = True, dev: bool = False
) -> Iterator[Server]:
    """The project; not `cached`: nothing is kept; `dev`: by `./dev serve`, which seeds."""
    port = free_port()
    program = ROOT / "dev" if dev else Path(sys.executable).with_name("medfacts")
    settings = {
        "MEDFACTS_DATABASE_URL": database_url,
        "MEDFACTS_ACCESS_LOG": "false",
        **({} if cached else {"MEDFACTS_CACHE_BYTES": "0"}),
    }
    command: list[str | Path] = [program, "serve", "--port", str(port)]
    with serving("medfacts", command, folder, port, "/health/ready", settings) as server:
        yield server


@contextmanager
def bare(folder: Path, name: str, answers: Path) -> Iterator[Server]:
    """Bare ASGI with these answers, on the same uvicorn."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.bare:app", "--port", str(port), *UVICORN]
    given = {"BENCH_ANSWERS": str(answers)}
    with serving(name, [*command, "--lifespan", "off"], folder, port, environment=given) as server:
        yield server


@contextmanager
def tutorial(folder: Path, database: Path) -> Iterator[Server]:
    """FastAPI and SQLModel as their tutorials have it, on the same uvicorn."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.tutorial:app", "--port", str(port), *UVICORN]
    given = {"BENCH_DATABASE": str(database)}
    with serving("tutorial", command, folder, port, "/openapi.json", given) as server:
        yield server


@contextmanager
def datasette(folder: Path, database: Path, sql: str) -> Iterator[Server]:
    """Datasette over the file, unchanging as it is, with one prepared query named `record`."""
    port = free_port()
    query = folder / f"datasette-{port}.sql"
    query.write_text(sql)
    python = HOME / "bin" / "python"
    program = Path(__file__).with_name("datasette_server.py")
    command: list[str | Path] = [python, program, database, query, str(port)]
    with serving("datasette", command, folder, port, "/-/versions.json") as server:
        yield server


@contextmanager
def nginx(folder: Path, body: bytes) -> Iterator[Server]:
    """Nginx, with the body as a file; its one worker logs nothing and keeps connections."""
    port = free_port()
    home = folder / f"nginx-{port}"
    home.mkdir()
    (home / "body").write_bytes(body)
    temporary = "".join(
        f"{kind}_temp_path {home};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (home / "nginx.conf").write_text(
        f"""{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
daemon off;
pid {home}/pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=10;
    default_type application/json;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        root {home};
        location / {{ try_files /body =404; }}
    }}
}}
"""
    )
    command: list[str | Path] = [nginx_program() or "", "-p", home, "-c", home / "nginx.conf"]
    with serving("nginx", command, folder, port) as server:
        yield server


def nginx_program() -> str | None:
    """Where nginx is, if anywhere; Debian has it outside a plain user's PATH."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def resident_mb(pid: int) -> float:
    """How much memory a process has resident, in MB of a million bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise BenchError("the system does not tell a process's memory.")


def inherited() -> dict[str, str]:
    """The environment, less settings of the project that would change what is measured."""
    return {k: v for k, v in os.environ.items() if not k.startswith("MEDFACTS_")}


def _answers(url: str, path: str) -> bool:
    try:
        return get(url, path).status == 200
    except OSError:
        return False


def as_a_server(core: int) -> None:
    """Keep this new process on a core, and have it end with the one that started it."""
    # A killed benchmark cannot stop its servers itself.
    if sys.platform == "linux":
        os.sched_setaffinity(0, {core})
        LIBC.prctl(PR_SET_PDEATHSIG, SIGTERM)
