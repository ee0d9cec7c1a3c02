"""Something done in a thread of its own while the test holds a lock."""

import threading
from collections.abc import Callable

from django.db import connection

# A wait for a row names no database; whoever waits holds other locks that do. Other tests run in databases of their own.
WAITING = """
    SELECT EXISTS (
        SELECT 1 FROM pg_locks waiting JOIN pg_locks held USING (pid)
        WHERE NOT waiting.granted
          AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


def aside(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Start `work` on a connection of its own; what it returns, or the error it ends with, comes into the list."""
    result: list[object] = []

    def run() -> None:
        try:
            result.append(work())
        except Exception as error:
            result.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


def is_waiting(thread: threading.Thread) -> bool:
    """True as soon as some session of this database waits for a lock; False when the thread has ended instead."""
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return True
        thread.join(0.02)
    return False
