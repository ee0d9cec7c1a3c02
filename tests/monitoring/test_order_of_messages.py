"""T1–T14 of the contract: whatever order messages come in, each problem ends with the right ticket."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.enums import Actor
from common import clock
from monitoring.enums import Outcome, ProblemState, RecoveryPolicy
from monitoring.models import Delivery, Problem, Source
from monitoring.services.authenticating import forget_sources
from tests import factories
from tests.monitoring.bodies import all_samples, problem, recovery, sample, update
from tests.monitoring.conftest import Post
from tickets.enums import MessageKind, Priority, State
from tickets.models import Message, Ticket, TicketEvent
from tickets.services.moving import move

pytestmark = pytest.mark.django_db


def notes() -> list[str]:
    """What monitoring wrote beside the first text of each ticket."""
    firsts = Message.objects.order_by("ticket", "pk").distinct("ticket").values("pk")
    return list(Message.objects.exclude(pk__in=firsts).order_by("pk").values_list("text", flat=True))


def set_policy(policy: RecoveryPolicy) -> None:
    Source.objects.update(recovery_policy=policy)
    forget_sources()


def accept(ticket: Ticket, line: int = 1) -> Actor:
    operator = factories.operator(line)
    move(actor=operator, ticket_id=ticket.pk, transition="accept")
    return operator


def test_problem_opens_a_ticket_that_says_everything(post: Post, source: Source) -> None:
    post(sample("22"))
    ticket = Ticket.objects.select_related("category").get()
    assert ticket.channel == "monitoring"
    assert ticket.state == State.NEW
    assert (ticket.category and ticket.category.code, ticket.priority) == ("EM.MON", Priority.P2)
    assert ticket.subject.startswith('Кавычки "двойные"')
    text = Message.objects.get(ticket=ticket).text
    for part in ("Узел", "unit-edge-text", "127.1.99.1", "High", "scope: cooling", "line one\nline two"):
        assert part in text
    assert TicketEvent.objects.get(ticket=ticket).actor_name == source.name


def test_text_of_an_alert_is_never_shown_to_the_customer(post: Post) -> None:
    post(problem())
    assert Message.objects.get().kind == MessageKind.NOTE


def test_link_back_needs_an_address_and_a_trigger(post: Post) -> None:
    post(problem(7, zabbix_url="https://zabbix.example/"))
    assert "https://zabbix.example/tr_events.php?triggerid=23133&eventid=7" in Message.objects.get().text


@pytest.mark.parametrize(
    ("severity", "category", "priority"),
    [
        ("5", "EM.MON", 1),
        ("4", "EM.MON", 2),
        ("3", "EM.MON", 2),
        ("2", "MR.DIAG", 3),
        ("1", "MR.DIAG", 4),
        ("0", "MR.DIAG", 4),
    ],
)
def test_severity_gives_category_and_priority(
    post: Post, severity: str, category: str, priority: int
) -> None:
    post(problem(nseverity=severity))
    ticket = Ticket.objects.select_related("category").get()
    assert (ticket.category and ticket.category.code, ticket.priority, ticket.line) == (category, priority, 1)


def test_severity_below_the_sources_floor_opens_no_ticket_until_it_grows(post: Post) -> None:
    Source.objects.update(min_severity=4)
    forget_sources()
    assert post(problem(nseverity="2")).status_code == 200
    assert not Ticket.objects.exists()
    post(update(nseverity="5"))
    assert Ticket.objects.get().priority == Priority.P1


def test_service_behind_the_host_gives_the_customer(post: Post) -> None:
    service = factories.ServiceFactory.create(monitored_host="unit-0001")
    post(problem())
    assert (Ticket.objects.get().service, Ticket.objects.get().customer) == (service, service.customer)


def test_services_of_several_customers_name_nobody(post: Post) -> None:
    factories.ServiceFactory.create(monitored_host_id=10559)
    factories.ServiceFactory.create(monitored_host="unit-0001")
    post(problem())
    assert Ticket.objects.get().customer is None


def test_several_services_of_one_customer_name_the_customer_only(post: Post) -> None:
    first = factories.ServiceFactory.create(monitored_host_id=10559)
    factories.ServiceFactory.create(monitored_host_id=10559, customer=first.customer)
    post(problem())
    assert (Ticket.objects.get().customer, Ticket.objects.get().service) == (first.customer, None)


def test_internal_event_is_minor_and_names_no_customer(post: Post) -> None:
    factories.ServiceFactory.create(monitored_host="unit-0001")
    post(problem(event_source="3", nseverity="{EVENT.NSEVERITY}", update_status=None))
    assert (Ticket.objects.get().customer, Ticket.objects.get().priority) == (None, Priority.P4)


@pytest.mark.parametrize(("ago", "counted"), [(60, 60), (600, 120), (-60, 0)])
def test_clock_starts_when_the_alert_fired_but_at_most_two_minutes_back(
    post: Post, ago: int, counted: int
) -> None:
    with time_machine.travel("2026-03-02T08:00:00Z", tick=False):
        post(problem(event_ts=str(int(clock.now().timestamp()) - ago)))
        assert Ticket.objects.get().received_at == clock.now() - timedelta(seconds=counted)


def test_t1_problem_twice_is_one_ticket_seen_twice(post: Post) -> None:
    post(problem())
    post(problem(opdata="escalation step 2", ack_status="Yes"))
    assert Ticket.objects.count() == 1
    assert Delivery.objects.get().seen_count == 2


def test_t2_recovery_resolves_a_ticket_nobody_touched(post: Post) -> None:
    post(problem())
    post(recovery(opdata="state=0"))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.resolution_code) == (State.RESOLVED, "self_recovered")
    assert "recovered" in notes()[0]


def test_t2_recovery_leaves_work_in_somebodys_hands_alone(post: Post) -> None:
    post(problem())
    accept(Ticket.objects.get())
    post(recovery())
    assert Ticket.objects.get().state == State.TRIAGE
    assert len(notes()) == 1
    assert Problem.objects.get().state == ProblemState.RESOLVED


@pytest.mark.parametrize(
    ("policy", "state"), [(RecoveryPolicy.NOTE, State.TRIAGE), (RecoveryPolicy.RESOLVE, State.RESOLVED)]
)
def test_recovery_follows_the_sources_policy(post: Post, policy: RecoveryPolicy, state: State) -> None:
    set_policy(policy)
    post(problem())
    accept(Ticket.objects.get())
    post(recovery())
    assert Ticket.objects.get().state == state


def test_t3_recovery_before_its_problem_leaves_no_ticket(post: Post) -> None:
    assert post(recovery()).json()["state"] == "resolved"
    answer = post(problem(opdata="late"))
    assert answer.json()["state"] == "resolved"
    assert not Ticket.objects.exists()
    found = Problem.objects.get()
    assert (found.state, found.announced, found.flaps) == (ProblemState.RESOLVED, True, 1)
    outcomes = Delivery.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.TOMBSTONE, Outcome.LATE]


def test_t4_update_before_its_problem_opens_nothing_until_the_problem_comes(post: Post) -> None:
    post(update(update_message="planned works"))
    assert not Ticket.objects.exists()
    assert not Problem.objects.get().announced
    post(problem())
    assert Ticket.objects.count() == 1
    assert "planned works" in notes()[0]


def test_t5_recovery_of_an_unknown_event_is_fine(post: Post) -> None:
    assert post(recovery(77)).status_code == 200
    assert Problem.objects.get().state == ProblemState.RESOLVED


def test_t6_second_recovery_is_a_duplicate(post: Post) -> None:
    post(problem())
    post(recovery())
    assert post(recovery()).json()["duplicate"] is True
    assert len(notes()) == 1


def test_t7_acknowledgement_by_a_person_is_noted(post: Post) -> None:
    post(sample("01"))
    post(sample("02"))
    assert notes() == ["Monitoring: Inaccessible user — acknowledged and commented\non it"]
    assert Problem.objects.get().acknowledged


def test_t9_problem_closed_by_hand_is_resolved_once(post: Post) -> None:
    for number in ("11", "12", "13", "13"):
        post(sample(number))
    assert Ticket.objects.get().state == State.RESOLVED
    assert len(notes()) == 2


def test_t10_recovery_of_an_older_event_does_not_touch_the_newer_one(post: Post) -> None:
    post(problem(5))
    post(problem(9))
    post(recovery(5))
    newer = Problem.objects.get(event_id=9)
    assert newer.state == ProblemState.OPEN
    assert Ticket.objects.get().state == State.NEW


def test_t13_same_trigger_goes_on_in_its_ticket_while_that_is_open(post: Post) -> None:
    for number in ("61", "62", "63"):
        post(sample(number))
    assert Ticket.objects.count() == 1
    assert Problem.objects.filter(ticket__isnull=False).count() == 3
    post(sample("64"))
    post(sample("65"))
    assert Ticket.objects.get().state == State.NEW
    post(sample("66"))
    assert Ticket.objects.get().state == State.RESOLVED


def test_t13_same_trigger_reopens_its_ticket_soon_after_the_recovery(post: Post) -> None:
    post(problem(1))
    post(recovery(1))
    post(problem(2, nseverity="5"))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.reopen_count, ticket.priority) == (State.NEW, 1, Priority.P1)
    assert Problem.objects.get(event_id=2).flaps == 1


def test_t13_after_the_window_a_new_ticket_is_opened(post: Post) -> None:
    with time_machine.travel("2026-03-02T08:00:00Z", tick=False) as moment:
        post(problem(1))
        post(recovery(1))
        moment.shift(timedelta(minutes=31))
        post(problem(2))
    assert Ticket.objects.count() == 2


def test_t13_can_be_switched_off(post: Post) -> None:
    Source.objects.update(reopen_minutes=0)
    forget_sources()
    for number in (1, 2, 3):
        post(problem(number))
    assert Ticket.objects.count() == 3


def test_t13_closed_ticket_is_followed_up_by_a_new_one(post: Post) -> None:
    post(problem(1))
    first = Ticket.objects.get()
    lead = factories.operator(1, is_shift_lead=True)
    move(actor=lead, ticket_id=first.pk, transition="cancel", reason="false_alarm")
    post(problem(2))
    second = Ticket.objects.exclude(pk=first.pk).get()
    assert second.follow_up_of == first


def test_t13_goes_on_in_the_ticket_that_a_merged_one_went_into(post: Post) -> None:
    post(problem(1))
    first = Ticket.objects.get()
    post(problem(50, trigger_id="777"))
    second = Ticket.objects.exclude(pk=first.pk).get()
    move(
        actor=factories.operator(1), ticket_id=first.pk, transition="merge", target=second, leak_checked=True
    )
    post(problem(2))
    assert Problem.objects.get(event_id=2).ticket == second


def test_t14_growing_severity_raises_the_ticket_and_a_falling_one_never_lowers_it(post: Post) -> None:
    post(problem(nseverity="2"))
    assert Ticket.objects.get().priority == Priority.P3
    post(update(nseverity="5", update_time="13:52:00"))
    ticket = Ticket.objects.select_related("category").get()
    assert (ticket.priority, ticket.category and ticket.category.code) == (Priority.P1, "EM.MON")
    post(update(nseverity="1", update_time="13:53:00"))
    assert Ticket.objects.get().priority == Priority.P1
    assert (Problem.objects.get().severity, Problem.objects.get().worst_severity) == (1, 5)


def test_t14_raising_keeps_a_persons_category(post: Post) -> None:
    post(problem(nseverity="4"))
    lead = factories.operator(1, is_shift_lead=True)
    ticket = Ticket.objects.get()
    move(
        actor=lead, ticket_id=ticket.pk, transition="reclassify", reason="misclassified",
        category="EM.DC", impact=2, urgency=2,
    )  # fmt: skip
    post(update(nseverity="5"))
    ticket = Ticket.objects.select_related("category").get()
    assert (ticket.category and ticket.category.code, ticket.priority) == ("EM.DC", Priority.P1)


def test_older_update_that_comes_late_does_not_undo_a_newer_one(post: Post) -> None:
    post(problem())
    post(update(nseverity="3", ack_status="Yes", update_time="14:00:00"))
    post(update(nseverity="5", ack_status="No", update_time="13:59:00"))
    found = Problem.objects.get()
    assert (found.severity, found.worst_severity, found.acknowledged) == (3, 5, True)


def test_canceled_escalation_is_noted_on_the_ticket(post: Post) -> None:
    post({**problem(10702), "trigger_id": "23133"})
    post(sample("51"))
    assert Ticket.objects.count() == 1
    assert "Escalation canceled" in notes()[0]
    assert Problem.objects.get().escalation_canceled_at is not None


def test_canceled_escalation_of_an_unknown_problem_opens_its_ticket(post: Post) -> None:
    post(sample("51"))
    assert Ticket.objects.count() == 1
    assert post({**problem(10702)}).status_code == 200
    assert Ticket.objects.count() == 1


def test_every_recorded_body_in_order_gives_one_ticket_per_trigger(post: Post) -> None:
    for name, raw in all_samples():
        answer = post(raw)
        assert answer.status_code == 200, (name, answer.content)
    assert Problem.objects.count() == 10
    assert Problem.objects.filter(ticket__isnull=True).count() == 0
    # Seven of the ten problems are of one trigger: they go on in its ticket.
    assert Ticket.objects.count() == 4
    assert not Delivery.objects.filter(processed_at__isnull=True).exists()


def test_every_recorded_body_in_order_gives_one_ticket_per_problem_without_joining(post: Post) -> None:
    Source.objects.update(reopen_minutes=0)
    forget_sources()
    start = clock.now()
    for hour, (_name, raw) in enumerate(all_samples()):
        # An hour apart: what comes back within minutes is flapping, and stays one ticket.
        with time_machine.travel(start + timedelta(hours=hour), tick=False):
            post(raw)
    assert Ticket.objects.count() == Problem.objects.count() == 10


def test_same_event_id_of_two_sources_is_two_problems(post: Post, source: Source, db: Any) -> None:
    from monitoring.enums import SourceKind
    from monitoring.services.sourcing import create_source

    _other, token = create_source(actor=Actor.system(), kind=SourceKind.ZABBIX, name="Hall 2")
    forget_sources()
    post(problem())
    post(problem(), token=token)
    assert Ticket.objects.count() == 2
