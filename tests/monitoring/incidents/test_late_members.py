"""Members that join an incident whose ticket somebody has taken are acknowledged in Zabbix as well."""

from typing import Any

from monitoring.models import Source
from monitoring.services.zabbix.delivering import deliver_due
from tests import factories
from tests.monitoring.incidents.timeline import Timeline, incident
from tests.monitoring.zabbix_server import TOKEN, running
from tickets.services.moving import move


def test_late_member_is_acknowledged_once(story: Timeline, source: Source, settings: Any) -> None:
    with running() as zabbix:
        settings.ZABBIX_API = {source.slug: {"url": zabbix.url, "token": TOKEN}}
        story.alarm(1, "pdu-1A")
        with story.moment(2):
            move(actor=factories.operator(1), ticket_id=incident().ticket_id, transition="accept")
            deliver_due()
        story.alarm(3, "alfa")
        story.pass_until(8)
        with story.moment(9):
            assert deliver_due() == 1
        story.pass_until(12)
        with story.moment(13):
            assert deliver_due() == 0
        cause, late = (str(story.events[host, "unreachable"]) for host in ("pdu-1A", "alfa"))
        assert [told["eventids"] for told in zabbix.told] == [[cause], [late]]
        assert {told["action"] for told in zabbix.told} == {6}
