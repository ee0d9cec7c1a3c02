"""Reads a mail in a child process with limits: whatever it is made of, it cannot take the worker with it (G19).

The child lives as long as the worker and reads one mail after the other; one that takes too long or too much memory
kills the child only, and the next mail gets a new one.
"""

import atexit
import contextlib
import select
import subprocess
import sys
import threading
import time

from django.utils.translation import gettext_noop

from messaging.services import wire
from messaging.services.parsing import ParsedMail, UnreadableError

# Wall time of one mail; the child's own limit of processor time is below it.
PATIENCE_S = 20.0
# A child is replaced after so many mails: whatever it has leaked ends with it.
MAILS_PER_CHILD = 1000
GAVE_UP = gettext_noop("reading it took too much time or memory")


class _Reader:
    """One child process and the pipe to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "messaging.services.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            close_fds=True,
        )
        self.mails = 0

    def read(self, request: bytes, patience: float) -> bytes:
        """The answer to one request. Raises `OSError` or `EOFError` when the child has ended over it."""
        assert self.process.stdin is not None
        self.mails += 1
        deadline = time.monotonic() + patience
        self.process.stdin.write(wire.frame(request))
        head = self._take(wire.HEAD, deadline)
        return self._take(wire.length(head), deadline)

    def _take(self, number: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        parts: list[bytes] = []
        while number:
            ready, _, _ = select.select([self.process.stdout], [], [], max(deadline - time.monotonic(), 0))
            part = self.process.stdout.read(min(number, 1 << 20)) if ready else b""
            if not part:
                raise EOFError
            parts.append(part)
            number -= len(part)
        return b"".join(parts)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


_lock = threading.Lock()
_reader: _Reader | None = None


def read(
    raw: bytes,
    *,
    envelope_from: str | None = None,
    own_addresses: frozenset[str] = frozenset(),
    mx_host: str = "",
    authserv_id: str = "",
    patience: float = PATIENCE_S,
) -> ParsedMail:
    """`parsing.parse` in the child. Raises `UnreadableError`, also for what the child did not survive."""
    request = wire.pack_request(
        raw,
        envelope_from=envelope_from,
        own_addresses=sorted(own_addresses),
        mx_host=mx_host,
        authserv_id=authserv_id,
    )
    with _lock:
        reader = _current()
        try:
            answer = reader.read(request, patience)
        except (OSError, EOFError) as error:
            end()
            raise UnreadableError(GAVE_UP) from error
    return wire.unpack_answer(answer)


def _current() -> _Reader:
    global _reader
    if _reader is not None and (_reader.mails >= MAILS_PER_CHILD or _reader.process.poll() is not None):
        end()
    if _reader is None:
        _reader = _Reader()
    return _reader


@atexit.register
def end() -> None:
    """End the child, if there is one."""
    global _reader
    if _reader is not None:
        _reader.end()
        _reader = None
