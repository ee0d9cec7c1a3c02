"""Knowledge debts: begun by a resolution, paid by an article, asked for after a waiver; clocks agree at every step."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction

from accounts.enums import Actor
from accounts.models import User
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from knowledge.enums import Audience, Confidence, Text
from knowledge.models import Article, ArticleRevision
from knowledge.services.writing import archive, write_article
from sla.models import Clock
from sla.services import rebuilding
from tests import factories
from tests.knowledge.factories import article
from tests.tickets.desk import CLASS, HTMX, client_of, counted, working
from tests.tickets.test_races import together
from tickets.enums import EventType, KbState, State
from tickets.models import Ticket, TicketEvent
from tickets.queries import debts
from tickets.services import settling
from tickets.services.documenting import use_article, write_draft
from tickets.services.moving import BypassRequest, move
from tickets.services.waiving import approve, ask_for_article
from tickets.tasks import settle_knowledge

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WAIVE = {"waive": "A one-off, nothing to write down."}


@pytest.fixture
def me() -> Actor:
    return factories.operator(3)


@pytest.fixture
def lead() -> Actor:
    return factories.operator(is_shift_lead=True)


def resolved(actor: Actor, at: Any = None, **how: Any) -> Ticket:
    """Solved at `at` (now) with what `how` says of the article; with nothing, the rule is set aside and one is owed."""
    bypass = None if how else BypassRequest(why="no time to write tonight")
    with time_machine.travel(at or clock.now()):
        ticket = working(factories.operator())
        move(
            actor=actor, ticket_id=ticket.pk, transition="resolve", resolution_code="fixed",
            message="The disk is new.", bypass=bypass, **how,
        )  # fmt: skip
    return Ticket.objects.get(pk=ticket.pk)


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def debt(ticket: Ticket) -> Clock:
    return Clock.objects.filter(ticket=ticket, kind="KBD").latest("cycle")


def agree(ticket: Ticket) -> bool:
    return rebuilding.drifts(again(ticket)) == []


def draft_of(ticket: Ticket) -> Article:
    return Article.objects.filter(ticket_ref=ticket.number).latest("pk")


def make_readable(written: Article, confidence: str = Confidence.NOT_VALIDATED) -> ArticleRevision:
    write_article(
        actor=Actor.system(), article_id=written.pk, audience=Audience.INTERNAL,
        texts={"en": Text("Change the disk", "Pull it, push the new one.")}, confidence=confidence,
    )  # fmt: skip
    return ArticleRevision.objects.filter(article=written).latest("number")


def settled(ticket: Ticket) -> list[TicketEvent]:
    return list(TicketEvent.objects.filter(ticket=ticket, type=EventType.KNOWLEDGE_SETTLED).order_by("pk"))


@pytest.mark.parametrize(("how", "kb_state"), [({"write_stub": True}, KbState.STUB), ({}, KbState.OWED)])
def test_a_resolution_without_an_article_names_who_owes_it_since_when(
    me: Actor, how: Any, kb_state: str
) -> None:
    ticket = resolved(me, **how)
    assert (ticket.kb_state, ticket.kb_owner_id) == (kb_state, me.user_id)
    assert ticket.kb_since == debt(ticket).started_at == ticket.resolved_at
    assert debt(ticket).due_at == ticket.kb_since + 24 * HOUR
    assert agree(ticket)


def test_a_resolution_with_an_article_owes_nothing(me: Actor) -> None:
    ticket = resolved(me, article=article().code)
    assert (ticket.kb_state, ticket.kb_since) == (KbState.PAID, None)
    assert not Clock.objects.filter(ticket=ticket, kind="KBD").exists()


def test_the_draft_becoming_readable_pays_with_its_own_moment_however_late_the_sweep(me: Actor) -> None:
    ticket = resolved(me, at=clock.now() - 23 * HOUR, write_stub=True)
    revision = make_readable(draft_of(ticket))
    with time_machine.travel(clock.now() + 5 * HOUR):
        assert settle_knowledge() == 1
        assert debt(ticket).verdict == "met"
        assert debt(ticket).stopped_at == revision.at
        assert agree(ticket)
    event = settled(ticket)[0]
    assert event.occurred_at == revision.at
    assert (event.payload["kb_state"], event.payload["article"]) == ("paid", draft_of(ticket).code)
    paid = again(ticket)
    assert (paid.kb_state, paid.kb_since, paid.kb_owner_id) == (KbState.PAID, None, None)


def test_a_draft_made_readable_too_late_stays_late(me: Actor) -> None:
    ticket = resolved(me, at=clock.now() - 25 * HOUR, write_stub=True)
    make_readable(draft_of(ticket), Confidence.VALIDATED)
    assert settle_knowledge() == 1
    assert (debt(ticket).verdict, agree(ticket)) == ("missed", True)


def test_the_sweep_pays_once_and_lets_drafts_be(me: Actor) -> None:
    ready, unready = resolved(me, write_stub=True), resolved(me, write_stub=True)
    make_readable(draft_of(ready))
    assert [settle_knowledge(), settle_knowledge()] == [1, 0]
    assert (len(settled(ready)), settled(unready)) == (1, [])
    assert again(unready).kb_state == KbState.STUB


def test_a_draft_thrown_away_pays_nothing(me: Actor) -> None:
    ticket = resolved(me, write_stub=True)
    archive(actor=factories.operator(3), article_id=draft_of(ticket).pk)
    assert settle_knowledge() == 0


def test_an_article_of_another_ticket_pays_nothing(me: Actor) -> None:
    ticket, other = resolved(me, write_stub=True), resolved(me, write_stub=True)
    make_readable(draft_of(other))
    settle_knowledge()
    assert (again(ticket).kb_state, again(other).kb_state) == (KbState.STUB, KbState.PAID)


def test_what_was_readable_before_the_debt_does_not_pay_it(me: Actor) -> None:
    ticket = resolved(me, write_stub=True)
    make_readable(draft_of(ticket))
    settle_knowledge()
    first = factories.operator()
    move(actor=first, ticket_id=ticket.pk, transition="reopen", reason="not_fixed")
    if again(ticket).state == State.QUEUED:
        move(actor=first, ticket_id=ticket.pk, transition="take")
    move(
        actor=first,
        ticket_id=ticket.pk,
        transition="resolve",
        resolution_code="fixed",
        message="Cable.",
        write_stub=True,
    )
    assert settle_knowledge() == 0
    assert (again(ticket).kb_state, debt(ticket).cycle, agree(ticket)) == (KbState.STUB, 2, True)
    make_readable(draft_of(ticket))
    assert settle_knowledge() == 1
    assert (debt(ticket).verdict, agree(ticket)) == ("met", True)


def test_an_article_linked_afterwards_pays(me: Actor) -> None:
    ticket = resolved(me)
    use_article(actor=me, ticket_id=ticket.pk, code=article().code.lower())
    assert (again(ticket).kb_state, debt(ticket).verdict, agree(ticket)) == (KbState.PAID, "met", True)
    with pytest.raises(Conflict):
        use_article(actor=me, ticket_id=ticket.pk, code=article().code)


def test_neither_an_unknown_code_nor_the_unfinished_draft_nor_a_wrong_article_pays(me: Actor) -> None:
    ticket = resolved(me, write_stub=True)
    for code, outcome in (
        ("KB-9999", "fitted"),
        (draft_of(ticket).code, "fitted"),
        (article().code, "wrong"),
    ):
        with pytest.raises(Invalid):
            use_article(actor=me, ticket_id=ticket.pk, code=code, outcome=outcome)
    assert (again(ticket).kb_state, settled(ticket)) == (KbState.STUB, [])


def test_a_draft_begun_from_the_debt_knows_the_solution_and_keeps_the_clock(me: Actor) -> None:
    ticket = resolved(me)
    written = write_draft(actor=me, ticket_id=ticket.pk)
    assert "The disk is new." in written.texts.get().body
    assert (again(ticket).kb_state, again(ticket).kb_since) == (KbState.STUB, ticket.kb_since)
    assert (debt(ticket).started_at, agree(ticket)) == (ticket.kb_since, True)
    with pytest.raises(Conflict):
        write_draft(actor=me, ticket_id=ticket.pk)
    make_readable(written)
    assert (settle_knowledge(), debt(ticket).verdict, agree(ticket)) == (1, "met", True)


def test_what_the_experts_owe_begins_when_the_customer_ends_it_and_never_stops_him(me: Actor) -> None:
    customer, first, second = factories.contact(), factories.operator(), factories.operator(2)
    ticket = factories.ticket(customer)
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    move(actor=first, ticket_id=ticket.pk, transition="classify", message="We are looking.", **CLASS)
    done = "Restarted the service, it fails again."
    move(actor=first, ticket_id=ticket.pk, transition="hand_up", reason="no_rights", done=done)
    move(actor=second, ticket_id=ticket.pk, transition="take")
    move(
        actor=second, ticket_id=ticket.pk, transition="hand_to_experts", reason="specialty", done=done,
        search_query="service fails", search_outcome="none",
    )  # fmt: skip
    assert (again(ticket).kb_state, again(ticket).kb_since) == (KbState.OWED, None)
    move(actor=me, ticket_id=ticket.pk, transition="take")
    move(actor=customer, ticket_id=ticket.pk, transition="solved_by_customer")
    ended = again(ticket)
    assert (ended.kb_owner_id, ended.kb_since) == (me.user_id, debt(ticket).started_at)
    assert agree(ticket)


def test_a_lead_agrees_with_a_waiver_or_asks_for_the_article(me: Actor, lead: Actor) -> None:
    fine, poor = resolved(me, **WAIVE), resolved(me, **WAIVE)
    assert list(debts.waivers(lead).values_list("pk", "waiver")) == [
        (poor.pk, WAIVE["waive"]),
        (fine.pk, WAIVE["waive"]),
    ]
    approve(actor=lead, ticket_id=fine.pk)
    assert (again(fine).kb_state, again(fine).kb_since) == (KbState.WAIVED, None)
    asked = ask_for_article(actor=lead, ticket_id=poor.pk)
    assert (asked.kb_state, asked.kb_owner_id) == (KbState.OWED, me.user_id)
    assert debt(poor).started_at == again(poor).kb_since == settled(poor)[0].occurred_at
    assert not Clock.objects.filter(ticket=fine, kind="KBD").exists()
    assert (agree(fine), agree(poor), list(debts.waivers(lead))) == (True, True, [])
    for service in (approve, ask_for_article):
        with pytest.raises(Conflict):
            service(actor=lead, ticket_id=fine.pk)


def test_nobody_approves_their_own_waiver_and_only_leads_approve(me: Actor, lead: Actor) -> None:
    own, other = resolved(lead, **WAIVE), resolved(me, **WAIVE)
    for actor, ticket in ((lead, own), (me, other), (factories.operator(), other)):
        with pytest.raises(NotAllowed):
            approve(actor=actor, ticket_id=ticket.pk)


def test_pages_show_who_owes_what_and_what_one_owes_oneself(me: Actor, lead: Actor) -> None:
    owing, waived = resolved(me), resolved(me, **WAIVE)
    page = client_of(lead).get("/desk/debts/").content.decode()
    name = User.objects.get(pk=me.user_id).name
    for words in (owing.number, waived.number, WAIVE["waive"], name, "nothing is written yet"):
        assert words in page
    assert client_of(me).get("/desk/debts/").status_code == 404
    assert owing.number in client_of(me).get("/desk/owed/?only=articles", **HTMX).content.decode()
    assert owing.number not in client_of(lead).get("/desk/owed/", **HTMX).content.decode()
    assert "/desk/owed/?only=articles" in client_of(me).get("/knowledge/").content.decode()
    mine = client_of(me).get(f"/desk/tickets/{owing.number}/").content.decode()
    assert f"/desk/tickets/{owing.number}/article/draft/" in mine


def test_steps_of_the_pages_pay_and_refuse(me: Actor, lead: Actor) -> None:
    first, second, waived = resolved(me), resolved(me), resolved(me, **WAIVE)
    desk = client_of(me)
    url = f"/desk/tickets/{first.number}/article/"
    assert "KB-0001" in desk.get(url, **HTMX).content.decode()
    assert desk.post(url, {"code": "KB-9999", "outcome": "fitted"}, **HTMX).status_code == 422
    assert desk.post(url, {"code": article().code, "outcome": "fitted"}, **HTMX).status_code == 204
    assert again(first).kb_state == KbState.PAID
    begun = desk.post(f"/desk/tickets/{second.number}/article/draft/")
    assert begun["Location"] == f"/knowledge/{draft_of(second).code}/edit/"
    assert desk.post(f"/desk/tickets/{waived.number}/waiver/approve/").status_code == 403
    assert client_of(lead).post(f"/desk/tickets/{waived.number}/waiver/forget/").status_code == 404
    assert client_of(lead).post(f"/desk/tickets/{waived.number}/waiver/ask/", **HTMX).status_code == 204
    assert again(waived).kb_state == KbState.OWED


def many(size: int, owner: Actor, age: timedelta = 25 * HOUR) -> None:
    """Debts as rows: the page is what is looked at here."""
    base = resolved(owner)
    for number in range(size - 1):
        copy = again(base)
        copy.pk, copy.number = None, f"26-9{number:06}"
        copy.save(force_insert=True)
    Ticket.objects.filter(kb_since__isnull=False).update(kb_since=clock.now() - age)


@pytest.mark.parametrize("size", [1, 50])
def test_the_list_costs_the_same_for_one_debt_and_for_fifty(me: Actor, lead: Actor, size: int) -> None:
    many(size, me)
    client = client_of(lead)
    with counted() as queries:
        assert client.get("/desk/debts/").status_code == 200
    assert len(queries) <= 10, [query["sql"][:140] for query in queries]


def test_who_owes_more_than_five_overdue_articles_is_named(me: Actor, lead: Actor) -> None:
    many(5, me)
    assert [(one.overdue, one.is_many) for one in debts.owners(lead)] == [(5, False)]
    resolved(me)
    Ticket.objects.owing().update(kb_since=clock.now() - 25 * HOUR)
    assert [(one.overdue, one.is_many) for one in debts.owners(lead)] == [(6, True)]
    assert "give time to write" in client_of(lead).get("/desk/debts/").content.decode()


def test_pages_of_debts_neither_repeat_nor_skip(
    me: Actor, lead: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debts, "PAGE", 3)
    many(8, me)
    seen: list[int] = []
    after: int | None = None
    while True:
        page = debts.page(lead, after=after)
        seen += [one.pk for one in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 8


def test_the_sweep_reads_open_debts_by_their_index(me: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Ticket.objects.owing().order_by("kb_since", "pk").explain()
    assert "ticket_kb_owed" in plan


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_sweeps_at_once_pay_each_debt_once(me: Actor) -> None:
    tickets = [resolved(me, write_stub=True) for _ in range(5)]
    for ticket in tickets:
        make_readable(draft_of(ticket))
    assert sum(together(lambda _n: settle_knowledge(), 4)) == 5
    assert [len(settled(ticket)) for ticket in tickets] == [1] * 5
    assert all(agree(ticket) for ticket in tickets)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_control_without_the_claim_every_sweep_would_pay(me: Actor) -> None:
    ticket = resolved(me, write_stub=True)
    make_readable(draft_of(ticket))
    read = threading.Barrier(3)

    def unclaimed(_number: int) -> bool:
        row = Ticket.objects.owing().select_related("category").filter(pk=ticket.pk).first()
        read.wait()
        with transaction.atomic():
            settling.settle(ticket=row, actor=Actor.system(), kb_state=KbState.PAID, at=clock.now())
        return row is not None

    assert together(unclaimed, 3) == [True] * 3
    assert len(settled(ticket)) == 3


DYING_SWEEP = """
    import os, signal, django
    django.setup()
    from django.db import connection
    connection.settings_dict["NAME"] = {name!r}
    from tickets.services import recording, settling

    def die_before_the_event(**facts):
        os.kill(os.getpid(), signal.SIGKILL)
    settling.recording.record = die_before_the_event
    settling.settle_readable()
"""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_killed_in_the_middle_leaves_the_debt_to_the_next(me: Actor) -> None:
    ticket = resolved(me, write_stub=True)
    make_readable(draft_of(ticket))
    code = textwrap.dedent(DYING_SWEEP).format(name=connection.settings_dict["NAME"])
    died = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=settings.BASE_DIR,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert died.returncode == -signal.SIGKILL
    assert (again(ticket).kb_state, settled(ticket)) == (KbState.STUB, [])
    assert settle_knowledge() == 1
    assert (len(settled(ticket)), agree(ticket)) == (1, True)
