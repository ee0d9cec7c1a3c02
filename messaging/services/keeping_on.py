"""Processes of several threads that run until they are told to stop, and show that they live."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connections

Work = Callable[[Callable[[], bool]], None]
# A work asks whether to stop at least this often, in seconds; one that does not is stuck.
PATIENCE_S = 120.0


def run_until_stopped(name: str, works: Sequence[Work]) -> None:
    """Each work in its own thread with its own database connection; SIGTERM and SIGINT ask all of them to stop."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = [
        threading.Thread(target=_one, args=(work, stopping, _sign(name, index)), daemon=True)
        for index, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    stopping.wait()
    for thread in threads:
        thread.join(timeout=5)


def stuck(name: str) -> bool:
    """True when a work of the process has not shown itself lately, or none ever has."""
    signs = [path.stat().st_mtime for path in _place().glob(f"{name}.*")]
    return not signs or time.time() - min(signs) > PATIENCE_S


def _one(work: Work, stopping: threading.Event, sign: Path) -> None:
    def stop() -> bool:
        sign.touch()
        return stopping.is_set()

    close_old_connections()
    try:
        work(stop)
    finally:
        connections.close_all()


def _sign(name: str, index: int) -> Path:
    _place().mkdir(parents=True, exist_ok=True)
    if index == 0:
        # Of works that ended with an earlier run.
        for old in _place().glob(f"{name}.*"):
            old.unlink(missing_ok=True)
    return _place() / f"{name}.{index}"


def _place() -> Path:
    """Among the data that the processes of a desk share, so that whoever probes a channel can look, too."""
    return Path(settings.DATA_DIR) / "alive"
