"""The process that keeps PostgreSQL and Redis of one data directory running while anyone uses them.

    python -m helpdesk.stack.keeper DATA_DIR durable|forgetful

Every user (the stack, a test run) holds a shared lock on one file. The kernel drops the lock when its holder ends,
even by SIGKILL; as soon as the keeper gets the lock for itself alone, nobody is left and it stops both servers. So two
test runs share one server, none takes it from the other, and nothing stays behind.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType, ModuleType

from helpdesk.stack import postgres, redis
from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout

READY, FAILED = "ready", "failed "
POLL_SECONDS = 0.2


class _Stop(Exception):
    pass


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    raise _Stop


def _tell(text: str) -> None:
    """Report to whoever started us, once; it reads one line from our stdout."""
    sys.stdout.write(text.replace("\n", " ") + "\n")
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class Keeper:
    """Both servers of one data directory, started in order and started again if one dies under its users."""

    def __init__(self, layout: Layout, *, durable: bool) -> None:
        self.layout, self.durable = layout, durable
        self.servers: dict[ModuleType, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        for kind in (redis, postgres):
            if kind not in self.servers or self.servers[kind].poll() is not None:
                if kind is postgres:
                    postgres.initialise(self.layout, durable=self.durable)
                self.servers[kind] = kind.start(self.layout, durable=self.durable)

    def stop(self) -> None:
        for kind in (postgres, redis):
            if kind in self.servers:
                kind.stop(self.servers[kind])

    def run(self) -> None:
        """Return when unused or told to stop. New users wait on the lock until we have ended, then start afresh."""
        users = os.open(self.layout.lock_file("users"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self.start()
            _tell(READY)
            while not _alone(users):
                time.sleep(POLL_SECONDS)
                self.start()
        except _Stop:
            pass
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.stop()


def _alone(users: int) -> bool:
    """Whether nobody holds the services; if so, nobody can take them any more until this process ends."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    layout = Layout.of(Path(arguments[0]))
    alone = os.open(layout.lock_file("keeper"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(alone, fcntl.LOCK_EX)
    try:
        Keeper(layout, durable=arguments[1] == "durable").run()
    except StackError as error:
        _tell(FAILED + str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
