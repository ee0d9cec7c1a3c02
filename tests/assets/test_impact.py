"""Scenarios S1–S12 of the registry's specification, and what the impact must never do."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.impact import Assessment, Cut, Impact, Node, Plant, PowerLoop, Reason, assess
from tests.assets.dc1 import CLIENT, CLIENTS, ID, RUNTIME, TR1, TR2, cut, dc1

KNOWN = "alfa beta gamma delta zeta theta epsilon eta iota"
ALL = f"{KNOWN} upsilon"
BOTH_LINES = cut("util-A", "util-B", flat="ups-A ups-B")


def names(found: Assessment, state: Impact) -> set[str]:
    return {name for name in CLIENTS if CLIENT[name] in found.in_state(state)}


# name: what failed, DOWN, AT_RISK, DEGRADED, UNKNOWN
SCENARIOS = {
    "S1 line A lost, on battery": (
        cut("util-A"), "", "alfa delta iota theta zeta", "beta gamma epsilon eta", "upsilon"),
    "S2 line A lost, battery flat": (
        cut("util-A", flat="ups-A"), "alfa delta theta iota zeta", "", "beta gamma epsilon eta", "upsilon"),
    "S3 breaker FA1": (cut("FA1"), "alfa", "", "gamma epsilon eta", "upsilon"),
    "S4 both lines lost, batteries flat": (BOTH_LINES, ALL, "", "", ""),
    "S5a FB1 in maintenance": (cut("FB1"), "", "", "gamma epsilon eta", "upsilon"),
    "S6 circuit tr-1 cut": (cut(circuits=(TR1,)), "", "", KNOWN, "upsilon"),
    "S7 core-1 dies": (cut("core-1"), "", "", KNOWN, "upsilon"),
    "S8 acc-1 dies": (cut("acc-1"), "alfa gamma", "", "epsilon eta", "upsilon"),
    "S9 hv-1 dies": (cut("hv-1"), "eta", "", "epsilon", "upsilon"),
    "S10 both circuits cut": (cut(circuits=(TR1, TR2)), ALL, "", "", ""),
    "S11 pdu-3A": (cut("pdu-3A"), "delta iota zeta", "", "", "upsilon"),
    "S12 the transfer switch itself": (cut("ats-2"), "beta", "", "", "upsilon"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_of_the_specification(name):
    failed, down, at_risk, degraded, unknown = SCENARIOS[name]
    found = assess(dc1(), failed)
    assert names(found, Impact.DOWN) == set(down.split())
    assert names(found, Impact.AT_RISK) == set(at_risk.split())
    assert names(found, Impact.DEGRADED) == set(degraded.split())
    assert names(found, Impact.UNKNOWN) == set(unknown.split())


def test_second_failure_inside_maintenance_is_judged_with_what_is_down_already():
    """S5: the maintained feed is down; only what FA1 brings is new."""
    found = assess(dc1(), cut("FA1"), cut("FB1"))
    new = {
        name for name in CLIENTS if found.services.get(CLIENT[name]) and found.services[CLIENT[name]].is_new
    }
    assert names(found, Impact.DOWN) == {"alfa", "gamma", "eta"} <= new
    assert names(found, Impact.DEGRADED) == {"epsilon", "beta", "delta", "iota", "theta", "zeta"}
    epsilon = found.services[CLIENT["epsilon"]]
    assert (epsilon.margin_before, epsilon.margin, epsilon.is_new) == (1, 0, True)
    assert "upsilon" not in new


def test_reasons_tell_power_from_network_from_host():
    found = assess(dc1(), cut("util-A", flat="ups-A"))
    reasons = {
        name: found.services[CLIENT[name]].reason for name in ("alfa", "delta", "theta", "zeta", "iota")
    }
    assert reasons == {
        "alfa": Reason.POWER, "delta": Reason.POWER, "theta": Reason.POWER, "zeta": Reason.NETWORK, "iota": Reason.HOST,
    }  # fmt: skip


def test_battery_names_the_time_left_and_an_override_shortens_it():
    found = assess(dc1(), cut("util-A"))
    assert found.services[CLIENT["alfa"]].left == RUNTIME
    assert found.services[CLIENT["zeta"]].left == RUNTIME  # its switch goes with the battery
    nearly = assess(dc1(), cut("util-A"), left={ID["ups-A"]: timedelta(seconds=40)})
    assert nearly.services[CLIENT["alfa"]].left == timedelta(seconds=40)


def test_blade_that_needs_two_of_four_supplies_is_only_degraded():
    found = assess(dc1(theta_k=2), cut("util-A", flat="ups-A"))
    assert found.services[CLIENT["theta"]].state is Impact.DEGRADED


def test_own_equipment_is_judged_as_well():
    found = assess(dc1(), cut("util-A", flat="ups-A"))
    degraded = {
        name for name in ID if found.nodes.get(ID[name]) and found.nodes[ID[name]].state is Impact.DEGRADED
    }
    assert {"core-1", "core-2", "acc-1", "acc-2", "hv-1", "hv-2"} <= degraded
    assert found.nodes[ID["hv-3"]].state is Impact.DOWN


def test_client_headline_is_the_worst_of_its_services():
    plant = dc1()
    two = Plant(plant.nodes, plant.links, plant.circuits, plant.groups, (
        *plant.services[:2], type(plant.services[0])(900, CLIENT["alfa"], node=ID["hv-1"])))  # fmt: skip
    state, items = assess(two, cut("FA1")).clients()[CLIENT["alfa"]]
    assert (state, items) == (Impact.DOWN, [CLIENT["alfa"], 900])


def test_power_that_feeds_itself_is_refused_with_the_path():
    loop = Plant.of([Node(1, (3,)), Node(2, (1,)), Node(3, (2,)), Node(4, (1,))])
    with pytest.raises(PowerLoop) as refused:
        assess(loop, Cut())
    path = refused.value.path
    assert path[0] == path[-1]
    assert set(path) == {1, 2, 3}


def test_chain_longer_than_the_stack_is_walked():
    chain = Plant.of([Node(0, source=True), *(Node(key, (key - 1,)) for key in range(1, 5000))])
    assert assess(chain, Cut(nodes=frozenset({0}))).nodes[4999].state is Impact.DOWN


@given(st.sets(st.sampled_from(sorted(ID))), st.sets(st.sampled_from(sorted(ID))))
def test_failing_more_never_helps_anybody(some, others):
    """A service that is down stays down when more fails; nothing unknown becomes OK."""
    few, many = assess(dc1(), cut(*some)), assess(dc1(), cut(*some, *others))
    for key in few.in_state(Impact.DOWN):
        assert many.services[key].state is Impact.DOWN
    for key in few.in_state(Impact.UNKNOWN):
        assert many.services[key].state in (Impact.UNKNOWN, Impact.AT_RISK, Impact.DOWN)
