"""A process that fetches shows that it goes round, so that whoever watches it can tell when it does not."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from messaging.services.keeping_on import PATIENCE_S, run_until_stopped


@pytest.fixture(autouse=True)
def own_place(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "alive"


def test_a_process_that_never_ran_or_stands_still_is_unwell(own_place: Path) -> None:
    with pytest.raises(CommandError, match="stands still"):
        call_command("healthcheck", "imap")
    own_place.mkdir()
    sign = own_place / "imap.0"
    sign.touch()
    call_command("healthcheck", "imap")
    old = time.time() - PATIENCE_S - 1
    os.utime(sign, (old, old))
    with pytest.raises(CommandError, match="stands still"):
        call_command("healthcheck", "imap")


@pytest.mark.django_db(transaction=True)
def test_every_work_shows_itself_and_all_stop_on_request(own_place: Path) -> None:
    rounds = threading.Semaphore(0)

    def work(stop: Callable[[], bool]) -> None:
        while not stop():
            rounds.release()
            time.sleep(0.01)

    def ask_to_stop() -> None:
        for _round in range(10):
            rounds.acquire(timeout=10)
        os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    asker = threading.Thread(target=ask_to_stop)
    asker.start()
    try:
        run_until_stopped("box", [work, work])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    asker.join()
    assert sorted(path.name for path in own_place.iterdir()) == ["box.0", "box.1"]
