"""Run the processes of a desk until told to stop, or until one of them ends. Light: knows nothing of Django.

`manage.py stack` prepares everything and becomes this program, so that the process one sees is the one to stop.
However it ends, its children end: each has the kernel's promise of a SIGTERM at the death of its parent.
"""

import contextlib
import http.client
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from honcho import manager as honcho_manager
from honcho.process import Popen, Process

from helpdesk.stack import child, embedded
from helpdesk.stack.launch import STOPPING, die_with
from helpdesk.stack.layout import Layout
from helpdesk.stack.plan import Plan

READY_SECONDS = 90
# What honcho answers after SIGINT and SIGTERM.
STOPPED_ON_REQUEST = {130, 143}
# Celery lets a running task finish; this is how long everybody together may take.
STOP_SECONDS = honcho_manager.KILL_WAIT = 15


class Child(Process):  # type: ignore[misc]  # honcho has no types
    """One supervised process and the small process that reads its output."""

    keep_open: tuple[int, ...] = ()

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        # Held back, not ignored: a stop that comes while the child is starting must reach it.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        # Killed, not asked: its own child then gets the SIGTERM.
        die_with(self.supervisor, signal.SIGKILL)
        self._child_ctor = self._spawn
        super().run(events, ignore_signals)

    def _spawn(self, command: list[str], **options: Any) -> Popen:
        return Popen(child.command(command), shell=False, pass_fds=self.keep_open, **options)


class _LeadersOnly:
    """Ask the leader of each process group to stop: a Celery worker must tell its own children, when they are done."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


class Manager(honcho_manager.Manager):  # type: ignore[misc]  # honcho has no types
    """honcho's manager, which may also be stopped while it is still starting."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.asked_at = 0.0
        self._process_ctor = self._make
        self._procmgr = _LeadersOnly()
        environment = {**os.environ, **plan.environment}
        for name, command in plan.commands.items():
            self.add_process(name, command, env=environment, cwd=str(embedded.ROOT))

    def _make(self, command: list[str], **options: Any) -> Child:
        made = Child(command, **options)
        made.supervisor = os.getpid()
        made.keep_open = (self.plan.listening,)
        return made

    def _start(self) -> None:
        super()._start()
        threading.Thread(target=watch, args=(self.plan,), daemon=True).start()

    def terminate(self) -> None:
        """Only a note: this is called from a signal handler, and perhaps before every child has a process id."""
        self.asked_at = self.asked_at or time.monotonic()

    def _all_started(self) -> bool:
        """Asked by honcho's loop in every round; the place to act on the note."""
        started = bool(super()._all_started())
        if started and self.asked_at:
            super().terminate()
            if time.monotonic() > self.asked_at + STOP_SECONDS:
                self.kill()
        return started

    def _system_print(self, data: str) -> None:
        # The signal may have come in the middle of a line being printed.
        with contextlib.suppress(RuntimeError):
            super()._system_print(data)


def health(plan: Plan) -> dict[str, str]:
    """What `/healthz` says now; empty while nobody answers."""
    connection = http.client.HTTPConnection(plan.host, plan.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{plan.port}"})
        found = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    finally:
        connection.close()
    return found if isinstance(found, dict) else {}


def watch(plan: Plan) -> None:
    """Say when the desk is ready, or what keeps it; end it when its embedded servers are gone for good."""
    state: dict[str, str] = {}
    while time.time() < plan.started + READY_SECONDS and state.get("status") != "ok":
        time.sleep(0.1)
        state = health(plan)
    if state.get("status") == "ok":
        say(f"\nReady in {time.time() - plan.started:.1f} s: {plan.address}\n{plan.welcome}\n")
    else:
        waiting = ", ".join(
            f"{name} {value}" for name, value in state.items() if value not in {"ok", "unwell"}
        )
        say(f"\nNot ready after {READY_SECONDS} s ({waiting or 'no answer'}): the reason stands above.\n")
    layout = Layout.of(plan.data_dir)
    while plan.users < 0 or embedded.keeper_alive(layout):
        time.sleep(2)
    say("\nThe embedded PostgreSQL and Redis have been stopped from outside: stopping too.\n")
    os.kill(os.getpid(), signal.SIGTERM)


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main(text: str) -> int:
    plan = Plan.load(text)
    manager = Manager(plan)
    try:
        manager.loop()
    finally:
        # A second Ctrl-C must not leave servers behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if plan.users >= 0:
            embedded.Lease(Layout.of(Path(plan.data_dir)), plan.users).release()
            _reap()
    return 0 if manager.returncode in STOPPED_ON_REQUEST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
