"""The sample house, and a story told by alerts."""

import pytest

from monitoring.models import Source
from monitoring.services.authenticating import forget_sources
from tests.monitoring.conftest import Post
from tests.monitoring.incidents.house import House
from tests.monitoring.incidents.timeline import Timeline


@pytest.fixture
def house(db: None) -> House:
    return House()


@pytest.fixture
def story(post: Post, house: House) -> Timeline:
    Source.objects.update(hold_seconds=15)
    forget_sources()
    return Timeline(post)
