"""A desk of real processes with data of its own, started and watched from outside."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
from django.conf import settings

from helpdesk.stack.embedded import ROOT

# Generous, for a machine that is busy with other tests; an idle one is ready in five seconds.
PATIENCE = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Desk:
    """`manage.py stack` on a free port; knows every process it has ever had."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.output = data_dir.parent / f"{data_dir.name}.out"
        self.process: subprocess.Popen[bytes] | None = None
        self.family: set[psutil.Process] = set()
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))
        }
        for name in ("DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"):
            kept.pop(name, None)
        self.environment = {
            **kept,
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "DEMO": "0",
            "WEB_CONCURRENCY": "1",
            # So that a test can sign a live address.
            "SECRET_KEY": settings.SECRET_KEY,
            **environment,
        }

    def start(self) -> "Desk":
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "stack"],
                cwd=ROOT, env=self.environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        return self

    def run(self) -> subprocess.CompletedProcess[str]:
        """For a start that is expected to be refused."""
        return subprocess.run(
            [sys.executable, "manage.py", "stack"],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_ready(self) -> dict[str, str]:
        assert self.process is not None
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            assert self.process.poll() is None, f"exit {self.process.returncode}: {self.output.read_text()}"
            try:
                status, body = self.get("/healthz")
            except OSError:
                status, body = 0, b""
            if status == 200:
                self.look()
                found: dict[str, str] = json.loads(body)
                return found
            time.sleep(0.1)
        raise AssertionError(f"Not ready: {body!r}\n{self.output.read_text()}")

    def look(self) -> set[psutil.Process]:
        """Remember every process there is now."""
        assert self.process is not None
        me = psutil.Process(self.process.pid)
        self.family |= {me, *me.children(recursive=True)}
        return self.family

    def leftovers(self, seconds: float = 20) -> list[str]:
        """Command lines of processes that still run after so long."""
        _, alive = psutil.wait_procs(
            [one for one in self.family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE],
            timeout=seconds,
        )
        return [" ".join(one.cmdline()) for one in alive if one.status() != psutil.STATUS_ZOMBIE]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.look()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop(signal.SIGKILL)
            self.leftovers()
