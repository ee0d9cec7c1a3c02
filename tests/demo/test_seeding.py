"""The demo is alive, true to the life cycle, and replays to the very clocks that it stores."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Count, F, Max, Min, Q
from django.test import Client

from accounts.enums import Actor
from accounts.models import Contact, Operator, User
from helpdesk import checks, demo
from helpdesk.demo.accounts import LOGINS
from helpdesk.demo.seeding import keep_token
from knowledge.models import Article
from monitoring.models import Problem
from sla.models import Breach, BreachReview, Clock, CorrectiveAction, MonthClosing, ProblemProposal
from sla.queries import months, proposals
from sla.services import enforcing, rebuilding
from tests.demo.conftest import NOW
from tests.factories import contact as some_contact
from tickets.enums import OPEN, EventType, State
from tickets.models import Bypass, Message, Ticket, TicketEvent, WorkingGroup
from tickets.models.lifecycle import MOVES
from tickets.services.creating import create_ticket

pytestmark = pytest.mark.xdist_group("demo")


def people() -> list[Actor]:
    return [some_contact(), some_contact()]


def test_stored_clocks_equal_a_replay_of_the_events(desk: demo.Seeded) -> None:
    assert list(rebuilding.check()) == []


def test_first_tick_after_seeding_announces_nothing_of_the_past(desk: demo.Seeded) -> None:
    result = enforcing.tick(now=NOW)
    assert (result.fired, result.breaches) == (0, 0)


def test_every_move_follows_the_table_of_the_life_cycle(desk: demo.Seeded) -> None:
    moves = TicketEvent.objects.filter(type=EventType.MOVED).values_list("payload", flat=True)
    for payload in moves:
        row = MOVES[payload["transition"]]
        assert payload["from_state"] in row.sources
        assert payload["line_from"] in row.lines
        assert not row.targets or payload["state"] in row.targets


def test_tickets_stand_where_their_last_event_left_them(desk: demo.Seeded) -> None:
    newest: dict[int, TicketEvent] = {}
    for event in TicketEvent.objects.order_by("occurred_at", "pk"):
        newest[event.ticket_id] = event
    for ticket in Ticket.objects.select_related("category"):
        payload = newest[ticket.pk].payload
        category = ticket.category.code if ticket.category else ""
        assert (payload["state"], payload["line"], payload["priority"], payload["category"]) == (
            ticket.state, ticket.line, ticket.priority, category,
        )  # fmt: skip


def test_created_events_carry_what_the_product_itself_writes(desk: demo.Seeded) -> None:
    seeded = TicketEvent.objects.filter(type=EventType.CREATED, payload__channel="portal").first()
    fresh = create_ticket(actor=some_contact(), subject="Same keys", body="…", channel="portal")
    real = fresh.events.get(type=EventType.CREATED)
    assert seeded is not None
    assert seeded.payload.keys() == real.payload.keys()


def test_history_is_large_old_and_busy_on_all_lines_and_channels(desk: demo.Seeded) -> None:
    span = Ticket.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    assert 600 <= desk.tickets <= 1000
    assert span["last"] - span["first"] > timedelta(days=58)
    assert span["last"] <= NOW
    assert not TicketEvent.objects.filter(occurred_at__gt=NOW).exists()
    assert set(Ticket.objects.values_list("channel", flat=True)) >= {
        "mail",
        "portal",
        "phone",
        "chat",
        "monitoring",
    }
    worked = Clock.objects.filter(kind="OLA_W").values("line").annotate(n=Count("pk"))
    assert min(row["n"] for row in worked) > 20
    assert Ticket.objects.filter(reopen_count__gt=0).count() >= 5
    assert Ticket.objects.filter(pingpong__gt=0).exists()
    assert Ticket.objects.filter(article_links__isnull=False).count() > 200


def test_promises_are_mostly_kept_and_some_are_not(desk: demo.Seeded) -> None:
    for kind in ("FR", "RES"):
        verdicts = dict(
            Clock.objects.filter(kind=kind, verdict__in=("met", "missed"), is_hidden=False)
            .values_list("verdict").annotate(n=Count("pk"))
        )  # fmt: skip
        assert 0.93 < verdicts["met"] / sum(verdicts.values()) < 1
    missed = Clock.objects.filter(verdict="missed", is_hidden=False, kind__in=("FR", "NR", "PU", "RES", "CN"))
    assert set(missed.values_list("pk", flat=True)) == set(Breach.objects.values_list("clock_id", flat=True))
    assert Breach.objects.filter(breached_at__gte=NOW - timedelta(hours=6)).count() >= 2


def test_broken_promises_are_reviewed_as_believably_as_they_broke(desk: demo.Seeded) -> None:
    states = Counter(BreachReview.objects.values_list("state", flat=True))
    assert states["closed"] > 20
    assert states["actions"] + states["analysis"] >= 1
    assert Breach.objects.filter(review__isnull=True).exists()
    old = Breach.objects.standing().filter(breached_at__lt=NOW - timedelta(days=20))
    assert set(old.values_list("review__state", flat=True)) == {"closed"}
    assert not BreachReview.objects.filter(reviewer=F("breach__assignee")).exists()
    assert not CorrectiveAction.objects.filter(review__state="closed", effect="").exists()
    assert not BreachReview.objects.filter(started_at__gt=NOW).exists()


def test_clocks_of_reviews_agree_with_the_reviews(desk: demo.Seeded) -> None:
    for breach in Breach.objects.standing().select_related("clock", "review"):
        owed = Clock.objects.get(ticket_id=breach.ticket_id, kind="BR", about=breach.clock.subject)
        is_reviewed = hasattr(breach, "review") and breach.review.reviewed_at is not None
        assert (owed.stopped_at is not None) == is_reviewed
    verdicts = Counter(Clock.objects.filter(kind="BR").values_list("verdict", flat=True))
    assert verdicts["met"] > 3 * verdicts["missed"]


def test_month_before_the_last_is_closed_with_its_figures_and_a_cause_keeps_coming_back(
    desk: demo.Seeded,
) -> None:
    closed = MonthClosing.objects.get()
    assert closed.judged is not None
    assert months.unreviewed(closed.month).count() == 0
    proposal = ProblemProposal.objects.first()
    assert proposal is not None
    assert proposals.breaches(proposal.service_id, proposal.cause).count() >= 3


def test_tonight_has_open_tickets_in_every_state(desk: demo.Seeded) -> None:
    assert set(Ticket.objects.filter(state__in=OPEN).values_list("state", flat=True)) == set(map(str, OPEN))
    assert set(Ticket.objects.filter(state__in=OPEN).values_list("line", flat=True)) == {1, 2, 3}
    assert Ticket.objects.filter(state__in=OPEN, next_due_at__gt=NOW).count() >= 5


def test_open_work_belongs_to_people_who_are_on_shift(desk: demo.Seeded) -> None:
    busy = Ticket.objects.filter(state__in=(State.IN_PROGRESS, State.TRIAGE))
    assert not busy.exclude(assignee__operator__on_shift=True).exists()


@pytest.mark.parametrize(
    ("words", "major", "groups"),
    [
        ("Web scenario failed from 3 of 9 locations", "none", 1),
        ("Power feed A lost in row 07", "ended", 0),
        ("Inbound traffic is 40 times above normal", "ended", 1),
    ],
)
def test_three_situations_are_told_from_alert_to_end(
    desk: demo.Seeded, words: str, major: str, groups: int
) -> None:
    ticket = Ticket.objects.get(subject__startswith=words)
    assert (ticket.state, ticket.major_state, ticket.line) == ("closed", major, 3)
    assert WorkingGroup.objects.filter(ticket=ticket, closed_at__isnull=False).count() == groups
    assert ticket.messages.filter(kind="reply").count() >= 5
    assert ticket.article_links.exists()


def test_situations_show_a_bypass_linked_tickets_and_a_merge(desk: demo.Seeded) -> None:
    power = Ticket.objects.get(subject__startswith="Power feed A lost")
    assert Bypass.objects.get().ticket == power
    assert power.resolved_at is not None
    assert power.resolved_at - power.received_at < timedelta(hours=1)
    assert Ticket.objects.filter(parent=power).count() == 2
    ddos = Ticket.objects.get(subject__startswith="Inbound traffic")
    assert ddos.resolved_at is not None
    assert timedelta(hours=4) < ddos.resolved_at - ddos.received_at < timedelta(hours=6)
    assert Ticket.objects.filter(merged_into__subject__startswith="Web scenario").count() == 1


def test_alerts_have_problems_that_agree_with_their_tickets(desk: demo.Seeded) -> None:
    alerts = Ticket.objects.filter(channel="monitoring")
    assert Problem.objects.count() == alerts.count()
    assert Problem.objects.values("event_id").distinct().count() == Problem.objects.count()
    over = alerts.filter(state__in=(State.RESOLVED, State.CLOSED))
    assert not over.filter(problems__state="open").exists()


def test_articles_are_in_both_languages_and_of_every_kind(desk: demo.Seeded) -> None:
    assert Article.objects.count() >= 12
    assert not Article.objects.annotate(n=Count("texts")).exclude(n=2).exists()
    assert set(Article.objects.values_list("audience", flat=True)) == {"internal", "customer"}
    assert set(Article.objects.values_list("confidence", flat=True)) == {"validated", "not_validated", "wip"}


def test_people_have_roles_and_no_personal_names(desk: demo.Seeded) -> None:
    assert not Contact.objects.exclude(name__contains=",").exists()
    assert Operator.objects.filter(user__first_name__startswith="Оператор").count() == 6
    assert not User.objects.exclude(last_name="").exists()


@pytest.mark.parametrize("username", LOGINS.values())
def test_everybody_who_is_announced_can_sign_in(desk: demo.Seeded, client: Client, username: str) -> None:
    assert client.login(username=username, password=checks.DEMO_PASSWORD)


def test_customers_see_their_own_and_their_organisations_tickets(desk: demo.Seeded) -> None:
    from accounts.queries import contact_actor

    own = Contact.objects.get(user__username="customer")
    whole = Contact.objects.get(user__username="customer2")
    assert set(Ticket.objects.visible_to(contact_actor(own)).values_list("contact", flat=True)) == {own.pk}
    seen = Ticket.objects.visible_to(contact_actor(whole))
    assert set(seen.values_list("customer", flat=True)) == {whole.customer_id}
    assert seen.values("contact").distinct().count() > 1


def test_shift_is_staffed_on_all_lines_and_led(desk: demo.Seeded) -> None:
    here = Operator.objects.filter(on_shift=True)
    assert set(here.values_list("line", flat=True)) == {1, 2, 3}
    assert set(here.filter(user__username__in=LOGINS.values()).values_list("user__username", flat=True)) == {
        "operator1", "operator2", "operator3", "lead",
    }  # fmt: skip


def test_demo_is_recognised_as_one_by_the_safety_check(desk: demo.Seeded) -> None:
    assert checks.has_demo_users()


def test_next_ticket_gets_the_next_number(desk: demo.Seeded) -> None:
    last = Ticket.objects.order_by("pk").last()
    assert last is not None
    first, second = (
        create_ticket(actor=actor, subject="Next", body="…", channel="portal") for actor in people()
    )
    assert int(first.number[3:]) > int(last.number[3:])
    assert int(second.number[3:]) == int(first.number[3:]) + 1
    assert first.pk > last.pk


def test_rows_carry_the_time_of_the_story_and_not_of_the_seeding(desk: demo.Seeded) -> None:
    assert not Ticket.objects.exclude(created_at=F("received_at")).exists()
    assert not Message.objects.filter(recorded_at__gt=NOW).exists()
    closed = Ticket.objects.filter(Q(closed_at__lt=NOW - timedelta(days=10)))
    assert not closed.filter(updated_at__gt=NOW - timedelta(days=10)).exists()


def test_token_of_the_source_is_kept_for_its_owner_only(desk: demo.Seeded, data_dir: object) -> None:
    assert desk.token_file.name == "demo-zabbix-token"
    path = desk.token_file.parent / "somewhere" / "demo-zabbix-token"
    keep_token(path, "hz_secret")
    assert path.read_text() == "hz_secret\n"
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    path.parent.rmdir()
