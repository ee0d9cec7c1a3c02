"""Events that no trigger makes: the media type carries those of items and of services as well."""

from monitoring.enums import EventSource
from tests.zabbix import hosts, setting_up
from tests.zabbix.conftest import Pair
from tests.zabbix.waiting import until


def test_item_that_cannot_be_read_any_more_is_a_problem_of_its_own_kind_and_recovers(pair: Pair) -> None:
    setting_up.make_action(pair.api, "internal")
    host = pair.hosts("odd-1")
    host.recover()
    pair.zabbix.send([("odd-1", hosts.KEY, "no number")])
    mine = pair.desk.problems.filter(event_source=EventSource.INTERNAL)
    until(lambda: mine.open().exists(), "an internal problem")
    host.recover()
    until(lambda: not mine.open().exists(), "it recovers")
    assert mine.count() == 1


def test_service_that_a_problem_puts_out_is_a_problem_and_recovers(pair: Pair) -> None:
    setting_up.make_action(pair.api, "service")
    host = pair.hosts("shop-1")
    pair.api.service.create(
        name="Web shop",
        algorithm=2,
        sortorder=0,
        problem_tags=[{"tag": "host", "operator": 0, "value": "shop-1"}],
    )
    host.fail()
    mine = pair.desk.problems.filter(event_source=EventSource.SERVICE)
    until(lambda: mine.open().exists(), "a service problem", seconds=90)
    host.recover()
    until(lambda: not mine.open().exists(), "it recovers", seconds=90)
    assert "Web shop" in mine.get().name
