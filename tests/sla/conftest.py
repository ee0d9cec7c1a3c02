import pytest
from django.conf import settings

from common.live.publishing import client
from sla.queries import heartbeat, risk, rulebook


@pytest.fixture(autouse=True)
def fresh_rules():
    """Rules and curves are kept per process; a test that makes some must not leave them to the next."""
    rulebook.forget()
    risk.forget()
    yield
    rulebook.forget()
    risk.forget()


@pytest.fixture(autouse=True)
def no_sweep_yet():
    """What an earlier test left in Redis says nothing about this one."""
    client(settings.REDIS_URL).delete(heartbeat.key())
