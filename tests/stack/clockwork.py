"""Two beats and two workers of the queue `clock` on a real PostgreSQL and Redis of their own."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dj_database_url
import psutil
import psycopg2
import psycopg2.extensions

from helpdesk.stack import embedded, plan
from helpdesk.stack.layout import Layout
from tests.stack.desk import PATIENCE, Desk


class Clockwork:
    """The processes, by name; each is started as the stack starts it and can be killed without warning."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.environment = data_dir, Desk(data_dir).environment
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.output = data_dir.parent / "clockwork.out"

    def __enter__(self) -> "Clockwork":
        self.lease = self.acquire()
        self.manage("migrate", "--verbosity", "0")
        self.connect()
        return self

    def acquire(self) -> embedded.Lease:
        return embedded.acquire(self.data_dir, durable=False)

    def connect(self) -> None:
        where = dj_database_url.parse(embedded.urls(self.data_dir)[0])
        self.connection = psycopg2.connect(host=where["HOST"], user=where["USER"], dbname=where["NAME"])
        self.connection.autocommit = True

    def __exit__(self, *failure: object) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.connection.close()
        self.lease.release()

    def manage(self, *arguments: str) -> str:
        """What a command said, results and remarks."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=embedded.ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def start(self, name: str) -> None:
        """`beat…` or `worker…`: the very command line of the stack, under a node name of its own."""
        commands = plan.commands(0, mail=False)
        command = [*commands["beat" if name.startswith("beat") else "clock"]]
        if "-n" in command:
            command[command.index("-n") + 1] = f"{name}@%h"
        with self.output.open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, cwd=embedded.ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """SIGKILL for the process and its children, as the kernel does when memory runs out."""
        process = self.processes.pop(name)
        if process.poll() is None:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            for one in family:
                one.kill()
        process.wait()

    def _restart_ended(self) -> None:
        """What ended by itself comes back, as `restart: unless-stopped` does: a worker may give up on a lost broker."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def kill_redis(self) -> int:
        """Returns the process id that is no more; the keeper starts another server."""
        socket = str(Layout.of(self.data_dir).redis_socket)
        (server,) = [
            one for one in self._servers() if socket in " ".join(one.cmdline()) or _listens(one, socket)
        ]
        server.kill()
        return int(server.pid)

    def _servers(self) -> Iterator[psutil.Process]:
        assert self.lease.process is not None
        for one in psutil.Process(self.lease.process.pid).children(recursive=True):
            if "redis" in one.name() or "valkey" in one.name():
                yield one

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def wait_until(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if done():
                return
            self._restart_ended()
            time.sleep(0.1)
        raise AssertionError(f"{what}\n{self.output.read_text()[-4000:]}")


def _listens(process: psutil.Process, socket: str) -> bool:
    return any(one.laddr == socket for one in process.net_connections(kind="unix"))
