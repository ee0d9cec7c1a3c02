"""A source with its token, and a way to post to it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Actor
from monitoring.enums import SourceKind
from monitoring.models import Source
from monitoring.services import attending
from monitoring.services.authenticating import forget_sources
from monitoring.services.rejecting import _knocks
from monitoring.services.sourcing import create_source

URL = "/api/monitoring/zabbix/v1/events"
Post = Callable[..., Any]


@pytest.fixture(autouse=True)
def no_memory(settings: Any, tmp_path: Path) -> Iterator[None]:
    """What a process remembers about sources ends with the test, and the spool is its own."""
    settings.DATA_DIR = tmp_path
    forget_sources()
    attending._noted_at.clear()
    _knocks.written_at, _knocks.pending = float("-inf"), 0
    yield
    forget_sources()


@pytest.fixture
def source_and_token(db: None) -> tuple[Source, str]:
    made = create_source(actor=Actor.system(), kind=SourceKind.ZABBIX, name="Hall 1", reopen_minutes=30)
    # What waits for its cause is told in tests/monitoring/incidents; here every alert comes to its ticket at once.
    Source.objects.update(hold_seconds=0)
    made[0].refresh_from_db()
    forget_sources()
    return made


@pytest.fixture
def source(source_and_token: tuple[Source, str]) -> Source:
    return source_and_token[0]


@pytest.fixture
def token(source_and_token: tuple[Source, str]) -> str:
    return source_and_token[1]


@pytest.fixture
def post(client: Client, token: str) -> Post:
    """Post a body (bytes as they are, anything else as JSON) with the source's token."""

    def send(body: Any, *, token: str = token, **extra: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.post(URL, data, content_type="application/json", headers=headers, **extra)

    return send
