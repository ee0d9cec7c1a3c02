"""One demo for all tests of a module: seeding takes seconds, looking at it does not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from helpdesk import demo

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[demo.Seeded]:
    """The demo in an outer transaction that is undone at the end; tests nest theirs inside."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo.seed(NOW)
        transaction.set_rollback(True)


@pytest.fixture
def desk(seeded: demo.Seeded, db: None) -> demo.Seeded:
    """The seeded demo, with whatever the test does to it undone."""
    return seeded


@pytest.fixture
def data_dir(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path
