"""Two at once. Each test has a control that shows the race when the lock or the key is missing."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.enums import Actor
from common.errors import Conflict
from tests import factories
from tickets.enums import State
from tickets.models import Ticket, TicketEvent
from tickets.services.creating import create_ticket
from tickets.services.moving import move

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
CROWD = 8


def together(work: Callable[[int], Any], crowd: int = CROWD) -> list[Any]:
    """Run `work` in many threads that start at the same moment; exceptions come back as results."""
    gate, results = threading.Barrier(crowd), [None] * crowd

    def one(number: int) -> None:
        try:
            gate.wait()
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_many_operators_who_accept_at_once_exactly_one_wins() -> None:
    operators = [factories.operator(1) for _number in range(CROWD)]
    ticket = factories.ticket()
    results = together(lambda n: move(actor=operators[n], ticket_id=ticket.pk, transition="accept"))
    assert sum(isinstance(result, Ticket) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == CROWD - 1
    assert TicketEvent.objects.filter(ticket=ticket, payload__transition="accept").count() == 1


def test_control_without_the_lock_more_than_one_would_win() -> None:
    operators = [factories.operator(1) for _number in range(CROWD)]
    ticket = factories.ticket()
    read = threading.Barrier(CROWD)

    def unlocked(number: int) -> bool:
        row = Ticket.objects.get(pk=ticket.pk)
        read.wait()
        free = row.assignee_id is None
        if free:
            Ticket.objects.filter(pk=row.pk).update(assignee_id=operators[number].user_id, state=State.TRIAGE)
        return free

    assert sum(result is True for result in together(unlocked)) == CROWD


def test_the_same_alert_from_many_workers_opens_one_ticket() -> None:
    def create(_number: int) -> Ticket:
        return create_ticket(
            actor=Actor.monitoring("dc1"),
            subject="Power lost",
            body="Power lost",
            channel="monitoring",
            dedup_key="dc1:7",
        )

    results = together(create)
    assert {result.pk for result in results} == {Ticket.objects.get().pk}


def test_control_without_the_key_every_worker_opens_its_own() -> None:
    def create(_number: int) -> Ticket:
        return create_ticket(
            actor=Actor.monitoring("dc1"), subject="Power lost", body="Lost", channel="monitoring"
        )

    together(create)
    assert Ticket.objects.count() == CROWD


def test_numbers_are_never_given_twice() -> None:
    together(lambda n: factories.ticket(None, subject=f"Request {n}"))
    numbers = list(Ticket.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == CROWD


def test_two_tickets_merged_into_each_other_at_once_leave_one_survivor() -> None:
    actor, customer = factories.operator(1), factories.contact()
    pair = [factories.ticket(customer), factories.ticket(customer)]
    results = together(
        lambda n: move(
            actor=actor,
            ticket_id=pair[n].pk,
            transition="merge",
            target=pair[1 - n].number,
            leak_checked=True,
        ),
        crowd=2,
    )
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
    assert Ticket.objects.filter(pk__in=[one.pk for one in pair], state=State.MERGED).count() == 1
