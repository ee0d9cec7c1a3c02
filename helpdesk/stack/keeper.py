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
from types import FrameType

from helpdesk.stack import postgres, redis
from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout

READY, FAILED = "ready", "failed "
POLL_SECONDS = 0.2


class _Stop(Exception):  # noqa: N818 — a request, not an error
    pass


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    raise _Stop


def _tell(text: str) -> None:
    """Report to whoever started us, once; it reads one line from our stdout."""
    sys.stdout.write(text.replace("\n", " ") + "\n")
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _wait_until_unused(users: int, servers: list[subprocess.Popen[bytes]]) -> None:
    """Return when the last user has gone or a server has died."""
    while all(server.poll() is None for server in servers):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(POLL_SECONDS)
        else:
            return


def keep(layout: Layout, *, durable: bool) -> None:
    """Run both servers until unused. New users wait on the lock until we have ended, and then start afresh."""
    users = os.open(layout.lock_file("users"), os.O_RDWR | os.O_CREAT, 0o600)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        servers.append(redis.start(layout, durable=durable))
        postgres.initialise(layout, durable=durable)
        servers.append(postgres.start(layout, durable=durable))
        _tell(READY)
        _wait_until_unused(users, servers)
    except _Stop:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for server, stop in reversed(list(zip(servers, (redis.stop, postgres.stop), strict=False))):
            stop(server)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    layout = Layout.of(Path(arguments[0]))
    alone = os.open(layout.lock_file("keeper"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(alone, fcntl.LOCK_EX)
    try:
        keep(layout, durable=arguments[1] == "durable")
    except StackError as error:
        _tell(FAILED + str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
