"""Every test run has a real PostgreSQL and a real Redis; none has a network."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk.stack import embedded
from helpdesk.stack.errors import StackError

EXTERNAL = bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
LEASE = pytest.StashKey[embedded.Lease]()


def pytest_configure(config: pytest.Config) -> None:
    """Hold the embedded test services; workers of a parallel run use the ones their controller holds."""
    if EXTERNAL or hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    data_dir = Path(os.environ["DATA_DIR"])
    try:
        config.stash[LEASE] = embedded.acquire(data_dir, durable=False)
    except StackError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go. The services end when no other test run holds them."""
    lease = config.stash.get(LEASE, None)
    if lease is not None:
        lease.release()


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    return host in {"localhost", "::1", ""} or host.startswith("127.")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """A test that reaches for another machine fails at once. External test services are resolved by their drivers."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, _original: Any = original) -> Any:
            if not EXTERNAL and self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address):
                raise RuntimeError(f"A test tried to reach {address!r}: tests have no network.")
            return _original(self, address)

        patch.setattr(socket.socket, name, guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test sees another's rate limits or cached answers."""
    # Only possible once pytest-django has set Django up.
    from django.core.cache import cache  # noqa: PLC0415

    from tickets.services import categories  # noqa: PLC0415

    cache.clear()
    categories.forget()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with real transactions truncate every table: each puts back what the migrations seeded, as it begins."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        wanted = marker.kwargs if marker else {}
        fixtures = getattr(item, "fixturenames", ())
        if wanted.get("transaction") or "transactional_db" in fixtures or "live_server" in fixtures:
            kept = {**wanted, "transaction": True, "serialized_rollback": True}
            item.add_marker(pytest.mark.django_db(**kept), append=False)
