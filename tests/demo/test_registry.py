"""The demo's data centre shows the second situation: one power line lost, and who feels it."""

import pytest

from assets.impact import Cut, Impact, assess
from assets.models import Equipment, Service
from assets.queries.current import current
from assets.queries.quality import report
from helpdesk import demo

pytestmark = pytest.mark.xdist_group("demo")


def test_line_a_lost_takes_single_fed_clients_down_and_leaves_the_dual_fed_ones_with_less(
    desk: demo.Seeded,
) -> None:
    keys = dict(Equipment.objects.values_list("name", "pk"))
    usual = current()
    lost = Cut(nodes=frozenset({keys["util-A"]}), flat=frozenset({keys["ups-A"]}))
    found = assess(usual.plant, lost, usual=usual)
    names = dict(Service.objects.values_list("pk", "name"))
    by_state = {state: {names[key] for key in found.in_state(state)} for state in Impact}
    assert by_state[Impact.DOWN] == {
        "zr-rack-07", "ss-rack-07", "tg-rack-07", "bh-edge-02", "bh-media", "nw-etl-01",
    }  # fmt: skip
    assert {"kd-pay-01", "kd-stor", "bh-edge-01", "sp-db-01", "cl-game-01"} <= by_state[Impact.DEGRADED]
    assert by_state[Impact.UNKNOWN] == {"oz-pacs"}


def test_report_names_what_the_demo_has_wrong_on_purpose(desk: demo.Seeded) -> None:
    found = {check.code: [problem.subject.name for problem in check.problems] for check in report()}
    assert found["one-provider"] == ["hv-3"]
    assert found["client-power"] == ["oz-pacs-01"]
    assert found["not-monitored"] == ["kvm-05"]
    assert len(found["service-host"]) == 1
