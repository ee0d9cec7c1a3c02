"""One web process: `python -m helpdesk.serve`, with HOST and PORT, or on a socket handed over by the local stack.

Environment: HOST, PORT, WEB_THREADS, FORWARDED_ALLOW_IPS (the proxies whose X-Forwarded-* we believe).
"""

import argparse
import gc
import os
import socket
import sys

import uvicorn
from django.core.exceptions import ImproperlyConfigured

from helpdesk.stack.errors import StackError


def configuration() -> uvicorn.Config:
    """What the desk needs of uvicorn: no header that names it, no address in the query logged, an end to waiting."""
    return uvicorn.Config(
        "helpdesk.asgi:application",
        host=os.environ.get("HOST") or "127.0.0.1",
        port=int(os.environ.get("PORT") or 8000),
        lifespan="on",
        log_level="warning",
        # A live address carries a token in its query; the proxy keeps the access log.
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1",
        timeout_keep_alive=20,
        timeout_graceful_shutdown=10,
        backlog=1024,
    )


def settle_memory() -> None:
    """What is loaded now stays for ever: the collector need not look through it after every few hundred objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fd", type=int, help="an inherited listening socket, instead of HOST and PORT")
    descriptor = parser.parse_args().fd
    # Django is set up before the socket opens: a refusal is one sentence, not a server that answers nothing.
    try:
        import helpdesk.wsgi  # noqa: F401, PLC0415 — after the arguments, so that --help is instant
        from helpdesk import checks  # noqa: PLC0415 — needs Django

        checks.refuse_demo_users()
    except (StackError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    settle_memory()
    sockets = None if descriptor is None else [socket.socket(fileno=descriptor)]
    uvicorn.Server(configuration()).run(sockets=sockets)


if __name__ == "__main__":
    main()
