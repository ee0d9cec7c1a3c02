"""A desk to measure: own data directory, own database, own processes; all of it gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "bench" / ".data"
PATIENCE = 90
_running_pids: list[int] = []


def say(text: str) -> None:
    """Progress, for the person who waits."""
    print(f"  {text}", file=sys.stderr, flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare_environment() -> None:
    """Before Django is loaded: nothing of the caller's desk may be touched."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        if os.environ.pop(name, None):
            say(f"{name} is ignored: the figures are measured on the embedded services")
    shutil.rmtree(DATA, ignore_errors=True)
    os.environ.update(
        DATA_DIR=str(DATA), DJANGO_SETTINGS_MODULE="helpdesk.settings", LOG_LEVEL="ERROR", HOST="127.0.0.1",
        PORT=str(free_port()), MAIL_INTAKE_PORT=str(free_port()), DEMO="0",
    )  # fmt: skip


@contextmanager
def database() -> Iterator[None]:
    """Durable PostgreSQL and Redis of this run, migrated; removed at the end."""
    from helpdesk.stack import embedded

    lease = embedded.acquire(DATA, durable=True)
    try:
        import django

        django.setup()
        from django.core.management import call_command

        say("migrating a new database")
        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        lease.release()
        shutil.rmtree(DATA, ignore_errors=True)


@contextmanager
def stack() -> Iterator[int]:
    """The whole desk as `make run` starts it; yields the process id of the supervisor."""
    command = [sys.executable, str(ROOT / "manage.py"), "stack"]
    with _running(command, "the whole stack") as pid:
        yield pid


@contextmanager
def web() -> Iterator[int]:
    """One web process, as the stack starts it."""
    command = [sys.executable, "-m", "helpdesk.serve"]
    with _running(command, "the web server") as pid:
        yield pid


@contextmanager
def process(command: list[str], *, ready: Callable[[], bool]) -> Iterator[int]:
    """One process of the desk by itself; yields its id once it is ready."""
    with (DATA / "bench.log").open("ab") as log:
        started = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + PATIENCE
            while not ready():
                if started.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{command[-1]} did not start; see {DATA / 'bench.log'}")
                time.sleep(0.1)
            yield started.pid
        finally:
            started.terminate()
            started.wait(timeout=30)


@contextmanager
def _running(command: list[str], what: str) -> Iterator[int]:
    say(f"starting {what}")
    log = (DATA / "bench.log").open("ab")
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        _await_answer(process)
        _running_pids.append(process.pid)
        yield process.pid
    finally:
        _running_pids.clear()
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def _await_answer(process: subprocess.Popen[bytes]) -> None:
    """Ready when the front door answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{os.environ['PORT']}/accounts/login/", timeout=2):
            return
        time.sleep(0.2)
    raise SystemExit(f"the desk did not start; see {DATA / 'bench.log'}")


def running_pid() -> int:
    """The process at the top of what runs now."""
    return _running_pids[-1]


def memory_mb(pid: int) -> tuple[float, int]:
    """Resident memory of a process and all below it, shared pages counted once (PSS), and how many they are."""
    total, family = 0, _family(pid)
    for member in family:
        with suppress(OSError):
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024, len(family)


def _family(pid: int) -> set[int]:
    found = {pid}
    pairs = [(int(stat.parent.name), _parent(stat)) for stat in Path("/proc").glob("[0-9]*/stat")]
    for _round in range(8):
        found |= {child for child, parent in pairs if parent in found}
    return found


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
