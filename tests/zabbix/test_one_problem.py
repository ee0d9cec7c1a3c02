"""The way of one problem, there and back."""

from tests.zabbix.conftest import Pair
from tests.zabbix.desk import fresh
from tests.zabbix.sites import SLUG
from tests.zabbix.waiting import until
from tickets.enums import State

LINK, EVENT = "__zbx_helpdesk_link", "__zbx_helpdesk_event"


def test_problem_becomes_a_ticket_whose_link_comes_back_as_tags_of_the_event(pair: Pair) -> None:
    pair.hosts("lone-1").fail()
    ticket = pair.desk.ticket_of("lone-1")
    assert "lone-1 does not answer" in ticket.subject
    until(lambda: LINK in pair.tags_of("lone-1"), "the tags come back")
    tags = pair.tags_of("lone-1")
    event = pair.event_of("lone-1")["eventid"]
    assert (tags[EVENT], tags[LINK]) == (f"{SLUG}-{event}", f"{pair.desk.address}/m/{SLUG}/{event}")
    assert pair.desk.follow(tags[LINK]) == f"/desk/tickets/{ticket.number}/"


def test_recovery_resolves_the_ticket_that_nobody_took(pair: Pair) -> None:
    host = pair.hosts("lone-2")
    host.fail()
    ticket = pair.desk.ticket_of("lone-2")
    host.recover()
    until(lambda: fresh(ticket).state == State.RESOLVED, "the ticket is resolved")


def test_recovery_is_only_noted_where_an_operator_is_at_work(pair: Pair) -> None:
    host = pair.hosts("lone-3")
    host.fail()
    ticket = pair.desk.ticket_of("lone-3")
    pair.desk.accept(ticket)
    before = len(pair.desk.messages(ticket))
    host.recover()
    until(lambda: len(pair.desk.messages(ticket)) > before, "the recovery is noted")
    assert fresh(ticket).state == State.TRIAGE
