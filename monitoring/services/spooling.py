"""A place for messages while the database is away: one file, appended and synced, drained in order afterwards."""

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Spooled:
    """One message waiting in the spool."""

    source_id: int
    received_at: datetime
    raw: bytes


def folder() -> Path:
    """Web processes and workers of one machine must share it: `DATA_DIR/spool`."""
    return Path(settings.DATA_DIR) / "spool"


def spool(*, source_id: int, raw: bytes, received_at: datetime) -> None:
    """Append one message. When this returns, the message survives a power cut."""
    line = json.dumps(
        {"source": source_id, "at": received_at.isoformat(), "raw": base64.b64encode(raw).decode("ascii")}
    )
    folder().mkdir(parents=True, exist_ok=True)
    with _locked(), open(_current(), "ab") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def is_waiting() -> bool:
    """Cheap: looks for files only."""
    return folder().is_dir() and any(folder().glob("*.jsonl"))


def batches() -> list[Path]:
    """Take the current file out of the writers' way; all files to drain, the oldest first."""
    if not is_waiting():
        return []
    with _locked():
        if _current().exists():
            _current().rename(folder() / f"drain-{_next_number():08d}.jsonl")
    return sorted(folder().glob("drain-*.jsonl"))


def messages(batch: Path) -> Iterator[Spooled]:
    """The messages of a file in the order they came. A line cut off by a crash was never answered: it is skipped."""
    with open(batch, "rb") as file:
        for line in file:
            try:
                item = json.loads(line)
                yield Spooled(
                    source_id=item["source"],
                    received_at=datetime.fromisoformat(item["at"]),
                    raw=base64.b64decode(item["raw"]),
                )
            except (ValueError, KeyError, TypeError):
                continue


def _current() -> Path:
    return folder() / "current.jsonl"


def _next_number() -> int:
    taken = [int(path.stem.removeprefix("drain-")) for path in folder().glob("drain-*.jsonl")]
    return max(taken, default=0) + 1


@contextmanager
def _locked() -> Iterator[None]:
    """One writer or renamer at a time, over all processes of the machine."""
    with open(folder() / ".lock", "wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
