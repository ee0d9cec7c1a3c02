"""When something was true does not depend on the zone in which somebody wrote it down."""

from zoneinfo import ZoneInfo

import pytest

from common import clock
from sla.services import rebuilding
from tests import factories


@pytest.mark.django_db
def test_clocks_of_a_ticket_received_in_another_zone_equal_their_replay() -> None:
    factories.ticket(received_at=clock.now().astimezone(ZoneInfo("Asia/Vladivostok")))
    assert list(rebuilding.check()) == []
