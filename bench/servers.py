"""The processes that are measured: each on one core, servers listening on loopback."""

import os
import re
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
from urllib.parse import urlsplit

from bench.load import BenchError, get
from tests.postgres import LIBC, PR_SET_PDEATHSIG

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-bench"
LOCK = ROOT / "requirements-bench.lock"
MEDFACTS = Path(sys.executable).with_name("medfacts")
UVICORN = ("--no-access-log", "--log-level", "warning", "--no-server-header", "--ws", "none")
SECONDS_TO_START = 120
SECONDS_TO_STOP = 15

CORES = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else [0]
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
"""Servers and imports have one core, wrk and Postgres another, where there are two."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    url: str
    pid: int
    seconds_to_start: float


@dataclass(frozen=True)
class Took:
    """What a command took; memory in MB of a million bytes."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def stay_on(core: int) -> None:
    """Keep this process, and those that it starts, on one core."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {core})


def run_medfacts(url: str, *arguments: str | Path) -> Took:
    """Run a command of the project on the servers' core; raises BenchError if it fails."""
    command = [MEDFACTS, *arguments]
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=_environment(MEDFACTS_DATABASE_URL=url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=partial(_as_measured, (SERVER_CORE,)),
    )
    assert process.stdout
    with process.stdout as printed:
        output = printed.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = (output.strip().splitlines() or ["no message"])[-1]
        raise BenchError(f"`medfacts {arguments[0]}` failed: {last}")
    cpu = used.ru_utime + used.ru_stime
    return Took(time.monotonic() - begun, cpu, used.ru_maxrss * 1024 / 1e6)


@contextmanager
def medfacts(folder: Path, database_url: str, cached: bool = True) -> Iterator[Server]:
    """The project, with the default cache or none."""
    settings = {"MEDFACTS_DATABASE_URL": database_url}
    settings |= {} if cached else {"MEDFACTS_CACHE_BYTES": "0"}
    command: list[str | Path] = [MEDFACTS, "serve", "--port", "PORT"]
    with _serving(folder, command, "/health/ready", settings) as server:
        yield server


@contextmanager
def dev_serve(folder: Path, database_url: str) -> Iterator[Server]:
    """The project as a newcomer starts it: `./dev serve`, which migrates and seeds."""
    settings = {"MEDFACTS_DATABASE_URL": database_url}
    command: list[str | Path] = [ROOT / "dev", "serve", "--port", "PORT"]
    with _serving(folder, command, "/health/ready", settings) as server:
        yield server


@contextmanager
def bare(folder: Path, body: bytes) -> Iterator[Server]:
    """Bare ASGI with this body, on the same uvicorn."""
    file = folder / f"body-{len(body)}"
    file.write_bytes(body)
    command = [sys.executable, "-m", "uvicorn", "bench.bare:app", "--port", "PORT", *UVICORN]
    options = ("--lifespan", "off")
    with _serving(folder, [*command, *options], "/", {"BENCH_BODY": str(file)}) as server:
        yield server


@contextmanager
def tutorial(folder: Path, database: Path) -> Iterator[Server]:
    """FastAPI and SQLModel as their tutorials have it, on the same uvicorn."""
    command = [sys.executable, "-m", "uvicorn", "bench.tutorial:app", "--port", "PORT", *UVICORN]
    settings = {"BENCH_DATABASE": str(database)}
    with _serving(folder, command, "/openapi.json", settings) as server:
        yield server


@contextmanager
def datasette(folder: Path, database: Path, sql: str) -> Iterator[Server]:
    """Datasette over an immutable file, with one prepared query named `record`."""
    query = folder / "datasette.sql"
    query.write_text(sql)
    program = Path(__file__).with_name("datasette_server.py")
    command: list[str | Path] = [HOME / "bin" / "python", program, database, query, "PORT"]
    with _serving(folder, command, "/-/versions.json") as server:
        yield server


def install_datasette() -> bool:
    """Install Datasette as locked, in an environment of its own; whether it is there now."""
    stamp = HOME / ".locked"
    if stamp.exists() and stamp.read_text() == LOCK.read_text():
        return True
    made = subprocess.run([sys.executable, "-m", "venv", HOME], stdin=subprocess.DEVNULL)
    pip: list[str | Path] = [
        HOME / "bin" / "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--requirement",
        LOCK,
    ]
    if made.returncode or subprocess.run(pip, stdin=subprocess.DEVNULL).returncode:
        return False
    stamp.write_text(LOCK.read_text())
    return True


@contextmanager
def varnish(folder: Path, backend: str, cores: Sequence[int]) -> Iterator[Server]:
    """Varnish with the configuration in deploy/, all its backends being one server."""
    address = urlsplit(backend)
    text = (ROOT / "deploy" / "proxy" / "default.vcl").read_text()
    text = re.sub(r'\.host = "[^"]*"', f'.host = "{address.hostname}"', text)
    text = re.sub(r'\.port = "[^"]*"', f'.port = "{address.port}"', text)
    home = folder / f"varnish-{len(cores)}"
    home.mkdir()
    (home / "default.vcl").write_text(text)
    program = varnish_program() or ""
    command = [program, "-jnone", "-F", f"-n{home}/run", f"-f{home}/default.vcl", "-Tnone"]
    command += ["-ahttp=127.0.0.1:PORT,HTTP", "-smalloc,256m"]
    command += ["-phttp_gzip_support=off", "-phttp_range_support=off"]  # as in docker-compose.yml
    with _serving(folder, command, "/health/ready", cores=cores) as server:
        yield server


def varnish_program() -> str | None:
    """Where varnishd is, if anywhere; Debian has it outside a plain user's PATH."""
    return shutil.which("varnishd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def resident_mb(pid: int) -> float:
    """The resident memory of a process, in MB of a million bytes."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


@contextmanager
def _serving(
    folder: Path,
    command: Sequence[str | Path],
    ready: str,
    settings: Mapping[str, str] | None = None,
    cores: Sequence[int] = (SERVER_CORE,),
) -> Iterator[Server]:
    """Run a server, PORT of its command replaced by a free one, until the block ends.

    It has answered `ready` with 200 when the block begins.
    """
    port = _free_port()
    url, log = f"http://127.0.0.1:{port}", folder / f"server-{port}.log"
    with log.open("wb") as output:  # not a pipe: nobody would empty it
        begun = time.monotonic()
        process = subprocess.Popen(
            [str(word).replace("PORT", str(port)) for word in command],
            cwd=ROOT,
            env=_environment(PYTHONPATH=str(ROOT), **(settings or {})),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(_as_measured, cores),
        )
    try:
        while not _answers(url, ready):
            if process.poll() is not None or time.monotonic() - begun > SECONDS_TO_START:
                sys.stderr.write(log.read_text(errors="replace")[-2000:])
                raise BenchError(f"{Path(command[0]).name} did not start; its log is above.")
            time.sleep(0.005)
        yield Server(url, process.pid, time.monotonic() - begun)
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str, path: str) -> bool:
    try:
        return get(url, path).status == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _environment(**more: str) -> dict[str, str]:
    """The environment, without settings of the project that would change what is measured."""
    return {k: v for k, v in os.environ.items() if not k.startswith("MEDFACTS_")} | more


def _as_measured(cores: Sequence[int]) -> None:
    """Keep this new process on these cores, and end it with the one that started it."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, cores)
        LIBC.prctl(PR_SET_PDEATHSIG, SIGTERM)
