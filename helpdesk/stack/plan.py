"""Which processes make a running desk, and what the supervisor is told about them."""

import json
import os
import sys
from dataclasses import asdict, dataclass, field

CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "helpdesk.celery")
WORKER = ("worker", "-l", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True)
class Plan:
    """Everything the supervisor needs, small enough for a command line. Descriptors are inherited."""

    commands: dict[str, list[str]]
    environment: dict[str, str]
    address: str
    host: str
    port: int
    started: float
    # Locks and the listening socket; `users` is the lease on embedded services, -1 with external ones.
    listening: int
    locks: list[int] = field(default_factory=list)
    users: int = -1
    data_dir: str = ""
    welcome: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Plan":
        return cls(**json.loads(text))


def commands(
    listening: int, *, mail: bool, imap: bool = False, telegram: bool = False
) -> dict[str, list[str]]:
    """Names and command lines of the processes."""
    web = [sys.executable, "-m", "helpdesk.serve", "--fd", str(listening)]
    number = int(os.environ.get("WEB_CONCURRENCY") or 2)
    found = {f"web.{index + 1}": web for index in range(number)}
    # The clock has processes of its own: nothing anyone queues can delay a second.
    found["clock"] = [*CELERY, *WORKER, "-n", "clock@%h", "-Q", "clock", "-c", "2"]
    others = "interactive,mail_in,mail_out,bulk"
    found["worker"] = [*CELERY, *WORKER, "-n", "worker@%h", "-Q", others, "-c", "2"]
    # The schedule is in the settings and every entry is short: nothing to remember over a restart.
    found["beat"] = [*CELERY, "beat", "-l", "WARNING", "-S", "celery.beat:Scheduler", "--pidfile="]
    if mail:
        found["mail"] = [sys.executable, "manage.py", "intake"]
    if imap:
        found["imap"] = [sys.executable, "manage.py", "imap"]
    if telegram:
        found["telegram"] = [sys.executable, "manage.py", "telegram", "poll"]
    return found
