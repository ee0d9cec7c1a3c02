"""Processes of several threads that run until they are told to stop."""

import signal
import threading
from collections.abc import Callable, Sequence

from django.db import close_old_connections, connections

Work = Callable[[Callable[[], bool]], None]


def run_until_stopped(works: Sequence[Work]) -> None:
    """Each work in its own thread with its own database connection; SIGTERM and SIGINT ask all of them to stop."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    threads = [threading.Thread(target=_one, args=(work, stopping), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    stopping.wait()
    for thread in threads:
        thread.join(timeout=5)


def _one(work: Work, stopping: threading.Event) -> None:
    close_old_connections()
    try:
        work(stopping.is_set)
    finally:
        connections.close_all()
