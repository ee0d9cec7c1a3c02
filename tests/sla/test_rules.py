"""Policies and calendars: matching, publishing, what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from common import clock
from common.errors import Conflict, Unprocessable
from sla.engine.audit import Finding, audit
from sla.engine.policy import Row, RowPolicy, Version
from sla.engine.terms import Facts, Kind, Target
from sla.models import CalendarVersion, Clock, PolicyVersion
from sla.models import Target as TargetRow
from sla.queries import rulebook
from sla.services import drafting, publishing
from sla.services.loading import rules
from tests import factories

LONG_AGO, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def row(minutes: int, **keys: object) -> Row:
    return Row(Kind.RES, 0, Target(timedelta(minutes=minutes)), **keys)  # type: ignore[arg-type]


def draft_of_it() -> PolicyVersion:
    manager = factories.operator(is_service_manager=True)
    return drafting.draft_from(actor=manager, version_id=PolicyVersion.objects.get().pk)


def put_in_force(version: PolicyVersion) -> list[Finding]:
    manager = factories.operator(is_service_manager=True)
    return publishing.publish_policy(actor=manager, version_id=version.pk, why="agreed with the customers")


def matched(rows: list[Row], facts: Facts) -> float:
    amount = RowPolicy([Version(1, LONG_AGO, rows)]).match(facts, LATER).target(Kind.RES).amount
    return amount / timedelta(minutes=1) if amount else 0


def test_most_keys_win_then_contract_before_tier_before_global_then_position():
    facts = Facts(priority=2, category="EM.VM", tier="premium", contract_id=7)
    assert matched([row(1), row(2, priority=2)], facts) == 2
    assert (
        matched([row(1, tier="premium"), row(2, category="EM.VM")], facts) == 2
    )  # a subcategory is two keys
    assert matched([row(1, priority=2), row(2, tier="premium"), row(3, contract_id=7)], facts) == 3
    assert matched([row(1, tier="premium", position=2), row(2, tier="premium", position=1)], facts) == 2
    assert matched([row(1), row(2, tier="basic"), row(3, contract_id=8), row(4, channel="mail")], facts) == 1


def test_version_in_force_at_the_instant_is_used():
    policy = RowPolicy([Version(1, LONG_AGO, [row(1)]), Version(2, LATER, [row(2)])])
    assert policy.match(Facts(), LATER - timedelta(microseconds=1)).version == 1
    assert policy.match(Facts(), LATER).version == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("category", "priority", "tier", "minutes"),
    [
        ("EM.VM", 1, "business", 60), ("EM.DB", 2, "business", 240), ("CR.NET", 2, "business", 60),
        ("CR.NET", 3, "business", 240), ("CR.NET", 4, "business", 1440), ("MR.UPD", 2, "business", 120),
        ("MR.UPD", 3, "business", 480), ("IR.HOW", 3, "business", 60), ("IR.HOW", 4, "business", 240),
        ("OC.GEN", 4, "business", 480), ("EM.VM", 1, "premium", 30), ("EM.VM", 1, "basic", 120),
    ],
)  # fmt: skip
def test_seeded_targets_are_those_of_the_rules(category, priority, tier, minutes):
    facts = Facts(priority=priority, category=category, tier=tier)
    target = rules().policy.match(facts, clock.now()).target(Kind.RES)
    assert target.amount == timedelta(minutes=minutes)
    assert target.calendar.key == ("RUBH" if category == "OC.GEN" else "C247")


@pytest.mark.django_db
def test_basic_tier_works_in_business_hours_for_medium_and_low():
    target = (
        rules().policy.match(Facts(priority=3, category="CR.DNS", tier="basic"), clock.now()).target(Kind.RES)
    )
    assert (target.amount, target.calendar.key) == (timedelta(minutes=480), "RUBH")


@pytest.mark.django_db
def test_third_line_gets_the_rest_of_the_promise():
    policy = rules().policy
    expected = {("EM", 1): 37, ("EM", 2): 194, ("CR", 2): 23, ("CR", 3): 182, ("CR", 4): 1277, ("MR", 2): 80,
                ("MR", 3): 410, ("MR", 4): 1277, ("IR", 3): 11, ("IR", 4): 137}  # fmt: skip
    for (category, priority), minutes in expected.items():
        terms = policy.match(Facts(priority=priority, category=category, tier="business"), clock.now())
        assert terms.target(Kind.OLA_W, 3).amount == timedelta(minutes=minutes), (category, priority)


@pytest.mark.django_db
def test_internal_tickets_promise_nothing():
    facts = Facts(priority=3, category="XX.INT", tier="business")
    assert rules().policy.match(facts, clock.now()).target(Kind.RES).amount is None


@pytest.mark.django_db
def test_seeded_policy_has_neither_holes_nor_lines_slower_than_the_promise():
    assert list(audit(rules().policy, clock.now())) == []


@pytest.mark.django_db
def test_policy_whose_lines_exceed_the_promise_is_refused_with_the_place():
    draft = draft_of_it()
    draft.targets.filter(kind="OLA_W", line=2, priority=1, tier="").update(seconds=3600)
    with pytest.raises(Unprocessable) as refusal:
        put_in_force(draft)
    assert "P1" in str(refusal.value.detail)
    assert PolicyVersion.objects.get(pk=draft.pk).published_at is None


@pytest.mark.django_db
def test_policy_with_a_hole_is_refused():
    draft = draft_of_it()
    draft.targets.filter(kind="RES", category="", priority=3).delete()
    with pytest.raises(Unprocessable):
        put_in_force(draft)


@pytest.mark.django_db
def test_slow_first_response_is_published_with_a_warning():
    draft = draft_of_it()
    draft.targets.filter(kind="FR").update(seconds=120)
    assert {finding.code for finding in put_in_force(draft)} == {"slow_first_response"}
    with pytest.raises(Conflict):
        put_in_force(draft)


@pytest.mark.django_db(transaction=True)
def test_new_policy_holds_for_new_tickets_and_leaves_running_clocks_alone():
    rules()
    old = factories.ticket()
    draft = draft_of_it()
    draft.targets.filter(kind="FR").update(seconds=60)
    put_in_force(draft)
    with time_machine.travel(clock.now() + timedelta(seconds=6)):
        new = factories.ticket()
    assert Clock.objects.get(ticket=new, kind="FR").target == timedelta(seconds=60)
    assert Clock.objects.get(ticket=old, kind="FR").target == timedelta(seconds=90)


@pytest.mark.django_db
def test_calendar_without_windows_is_refused_by_the_database_too():
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarVersion.objects.create(key="X", week="", published_at=clock.now())


@pytest.mark.django_db
def test_line_target_without_a_line_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetRow.objects.create(version=PolicyVersion.objects.get(), kind="OLA_A", line=0, seconds=1)


@pytest.mark.django_db
def test_rules_are_read_once_per_process(django_assert_num_queries):
    rules()
    with django_assert_num_queries(0):
        rules()
    rulebook.forget()
    with django_assert_num_queries(4):
        rules()


@pytest.mark.django_db(transaction=True)
def test_emptied_database_gets_the_default_rules_again():
    TargetRow.objects.all().delete()
    PolicyVersion.objects.all().delete()
    CalendarVersion.objects.all().delete()
    rulebook.forget()
    assert factories.ticket().next_due_kind == "FR"
