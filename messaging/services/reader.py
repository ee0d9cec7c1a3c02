"""The child of `reading`: `python -m messaging.services.reader` reads mails from standard input until it ends.

It has no database, no network of its own and no secrets; its memory and the processor time of each mail are limited.
"""

import resource
import signal
import sys
from typing import BinaryIO

from messaging.services import wire
from messaging.services.parsing import NO_MAIL, UnreadableError, parse

MEMORY_BYTES = 768 * 1024 * 1024
CPU_S = 10.0


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Not a Python handler: the default ends the process even in the middle of a C function.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while request := _next(incoming):
        signal.setitimer(signal.ITIMER_PROF, CPU_S)
        answer = _answer(request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        outgoing.write(wire.frame(answer))
        outgoing.flush()


def _next(incoming: BinaryIO) -> bytes:
    head = incoming.read(wire.HEAD)
    return incoming.read(wire.length(head)) if len(head) == wire.HEAD else b""


def _answer(request: bytes) -> bytes:
    raw, options = wire.unpack_request(request)
    try:
        mail = parse(
            raw,
            envelope_from=options["envelope_from"],
            own_addresses=frozenset(options["own_addresses"]),
            mx_host=options["mx_host"],
            authserv_id=options["authserv_id"],
        )
    except UnreadableError as error:
        return wire.pack_error(str(error))
    except (RecursionError, MemoryError):
        return wire.pack_error(NO_MAIL)
    return wire.pack_answer(mail)


if __name__ == "__main__":
    main()
