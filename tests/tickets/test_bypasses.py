"""Justifying and judging bypasses: services, pages, addresses of the API, and the clock behind them."""

from datetime import datetime, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.enums import Actor
from accounts.models import Operator, User
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from sla.models import Clock
from sla.services import rebuilding
from tests import factories
from tests.api.conftest import client_of as api_client
from tests.tickets.desk import HTMX, client_of, counted, working
from tickets.enums import EventType
from tickets.models import Bypass, Ticket, TicketEvent
from tickets.queries import bypasses
from tickets.services import recording
from tickets.services.bypassing import judge, justify
from tickets.services.moving import BypassRequest, move
from tickets.views import wording

pytestmark = pytest.mark.django_db
REASON = "The site was down for everybody; I skipped the class and called the engineer."


@pytest.fixture
def me() -> Actor:
    return factories.operator()


@pytest.fixture
def lead() -> Actor:
    return factories.operator(is_shift_lead=True)


def bypassed(actor: Actor) -> Bypass:
    """Handed to line 3 past line 2 although nothing is on fire."""
    ticket = working(actor)
    move(
        actor=actor, ticket_id=ticket.pk, transition="skip_to_experts", reason="specialty",
        done="Restarted the service twice, it fails again.", specialty=None,
        bypass=BypassRequest(why="the customer loses money", risk="an expert less"),
    )  # fmt: skip
    return Bypass.objects.select_related("ticket", "user").get(ticket=ticket)


def stopped(bypass: Bypass) -> Clock:
    return Clock.objects.get(ticket=bypass.ticket_id, kind="BYP")


def drifts(bypass: Bypass) -> list[object]:
    return list(rebuilding.drifts(Ticket.objects.get(pk=bypass.ticket_id)))


def goes_home(actor: Actor) -> None:
    Operator.objects.filter(user_id=actor.user_id).update(on_shift=False)


def on_shift(*actors: Actor) -> None:
    Operator.objects.filter(user_id__in=[actor.user_id for actor in actors]).update(on_shift=True)


def test_a_justification_stops_the_clock_once_and_may_be_corrected(me: Actor) -> None:
    made = bypassed(me)
    assert stopped(made).stopped_at is None
    first = justify(actor=me, bypass_id=made.pk, justification=REASON)
    second = justify(actor=me, bypass_id=made.pk, justification=f"{REASON} He was there in a minute.")
    events = TicketEvent.objects.filter(ticket=made.ticket, type=EventType.JUSTIFIED)
    assert [event.payload["bypass_id"] for event in events] == [made.pk]
    assert second.justified_at == first.justified_at == stopped(made).stopped_at
    assert second.justification.endswith("in a minute.")
    assert (stopped(made).verdict, drifts(made)) == ("met", [])


def test_a_justification_after_a_day_is_late_and_replay_agrees(me: Actor) -> None:
    made = bypassed(me)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        justify(actor=me, bypass_id=made.pk, justification=REASON)
        assert (stopped(made).verdict, drifts(made)) == ("missed", [])


@pytest.mark.parametrize("text", ["", "too short to be judged by anybody"[:29], "x" * 10_001])
def test_a_justification_is_long_enough_to_judge_and_no_book(me: Actor, text: str) -> None:
    made = bypassed(me)
    with pytest.raises(Invalid):
        justify(actor=me, bypass_id=made.pk, justification=text)


def test_others_justify_nothing_and_a_lead_only_in_the_absence_of_the_author(me: Actor, lead: Actor) -> None:
    made = bypassed(me)
    on_shift(me, lead)
    for other in (factories.operator(), lead):
        with pytest.raises(NotAllowed):
            justify(actor=other, bypass_id=made.pk, justification=REASON)
    goes_home(me)
    assert justify(actor=lead, bypass_id=made.pk, justification=REASON).justified_by_id == lead.user_id


def test_nobody_judges_their_own_act_nor_their_own_words(lead: Actor, me: Actor) -> None:
    own, written = bypassed(lead), bypassed(me)
    justify(actor=lead, bypass_id=own.pk, justification=REASON)
    goes_home(me)
    justify(actor=lead, bypass_id=written.pk, justification=REASON)
    for made in (own, written):
        with pytest.raises(NotAllowed):
            judge(actor=lead, bypass_id=made.pk, verdict="justified")
    other = factories.operator(is_shift_lead=True)
    assert judge(actor=other, bypass_id=own.pk, verdict="justified").judged_by_id == other.user_id


def test_only_a_lead_judges_only_what_is_justified_and_only_once(me: Actor, lead: Actor) -> None:
    made = bypassed(me)
    with pytest.raises(Conflict):
        judge(actor=lead, bypass_id=made.pk, verdict="justified")
    justify(actor=me, bypass_id=made.pk, justification=REASON)
    with pytest.raises(NotAllowed):
        judge(actor=factories.operator(2), bypass_id=made.pk, verdict="justified")
    judge(actor=lead, bypass_id=made.pk, verdict="justified")
    with pytest.raises(Conflict):
        judge(actor=lead, bypass_id=made.pk, verdict="justified")
    with pytest.raises(Conflict):
        justify(actor=me, bypass_id=made.pk, justification=f"{REASON} And more.")


@pytest.mark.parametrize("verdict", ["not_justified", "regulation"])
def test_a_verdict_that_asks_something_of_somebody_says_what(me: Actor, lead: Actor, verdict: str) -> None:
    made = bypassed(me)
    justify(actor=me, bypass_id=made.pk, justification=REASON)
    with pytest.raises(Invalid):
        judge(actor=lead, bypass_id=made.pk, verdict=verdict, note="  ")
    assert judge(actor=lead, bypass_id=made.pk, verdict=verdict, note="Call line 2 first.").verdict == verdict


def test_a_bypass_logged_before_it_had_a_key_is_justified_like_any_other(me: Actor) -> None:
    ticket = working(me)
    at = clock.now()
    old = Bypass.objects.create(
        ticket=ticket, transition="hand_up", guards=["G-UP"], why="it burns", user_id=me.user_id or 0, at=at
    )
    recording.record(
        ticket=ticket, type=EventType.BYPASSED, actor=me, occurred_at=at, transition="hand_up", guards=["G-UP"],
        why="it burns", risk="",
    )  # fmt: skip
    assert stopped(old).stopped_at is None
    justify(actor=me, bypass_id=old.pk, justification=REASON)
    assert (stopped(old).verdict, drifts(old)) == ("met", [])


@pytest.mark.parametrize(
    ("justified", "due"),
    [
        ("2026-11-23T15:00+03:00", "2026-11-26T15:00+03:00"),
        ("2026-11-27T15:00+03:00", "2026-12-02T15:00+03:00"),
        ("2026-12-30T15:00+03:00", "2027-01-13T15:00+03:00"),
    ],
)
def test_judgement_is_due_three_working_days_later(justified: str, due: str) -> None:
    made = Bypass(justified_at=datetime.fromisoformat(justified))
    assert made.judge_by == datetime.fromisoformat(due)


def test_the_ticket_shows_what_was_set_aside_in_words_and_asks_its_author(me: Actor, lead: Actor) -> None:
    made = bypassed(me)
    url = f"/desk/tickets/{made.ticket.number}/"
    page = client_of(me).get(url).content.decode()
    for words in (
        "Bypass of the rules",
        wording.rule("G-SKIP"),
        "the customer loses money",
        "an expert less",
        "not justified yet",
    ):
        assert words in page
    step = f"{url}bypasses/{made.pk}/justify/"
    assert step in page
    on_shift(me, lead)
    assert step not in client_of(factories.operator()).get(url).content.decode()
    short = client_of(me).post(step, {"justification": "because"}, **HTMX)
    assert (short.status_code, "because" in short.content.decode()) == (422, True)
    assert client_of(me).post(step, {"justification": REASON}, **HTMX).status_code == 204
    assert REASON in client_of(me).get(f"{url}now/").content.decode()
    judged = client_of(lead).post(
        f"{url}bypasses/{made.pk}/judge/", {"verdict": "regulation", "note": "Allow it at night."}
    )
    assert judged.status_code == 302
    page = client_of(me).get(url).content.decode()
    assert "the rule should change" in page
    assert "Allow it at night." in page


def test_a_step_that_is_not_for_the_reader_is_refused(me: Actor) -> None:
    made = bypassed(me)
    url = f"/desk/tickets/{made.ticket.number}/bypasses/{made.pk}/"
    assert (
        client_of(factories.operator()).post(f"{url}justify/", {"justification": REASON}).status_code == 403
    )
    assert client_of(me).post(f"{url}judge/", {"verdict": "justified"}).status_code == 403
    assert client_of(me).get(f"{url}forgive/").status_code == 404
    other = factories.ticket()
    assert client_of(me).get(f"/desk/tickets/{other.number}/bypasses/{made.pk}/justify/").status_code == 404


def rows(size: int, me: Actor) -> list[Bypass]:
    """Bypasses of one ticket: two thirds open, the rest judged, a minute apart."""
    ticket, now, judge_id = working(me), clock.now(), factories.operator(is_shift_lead=True).user_id
    made = []
    for number in range(size):
        at = now - timedelta(minutes=number)
        values: dict[str, object] = {}
        if number % 3:
            values |= {"justification": REASON, "justified_at": at, "justified_by_id": me.user_id}
        if number % 3 == 2:
            values |= {"verdict": "justified", "judged_at": at, "judged_by_id": judge_id}
        made.append(
            Bypass(
                ticket=ticket,
                transition="hand_up",
                guards=["G-UP"],
                why="it burns",
                user_id=me.user_id,
                at=at,
                **values,
            )
        )
    return Bypass.objects.bulk_create(made)


def test_the_list_names_open_ones_first_and_pages_neither_repeat_nor_skip(
    me: Actor, lead: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bypasses, "PAGE", 4)
    made = rows(13, me)
    seen, after = [], ""
    while True:
        page = bypasses.page(lead, after=after)
        seen += page.rows
        after = page.after
        if not after:
            break
    assert len(seen) == len({one.pk for one in seen}) == len(made)
    assert [bypasses.stage_of(one) for one in seen] == ["justify"] * 5 + ["judge"] * 4 + ["judged"] * 4
    assert [one.at for one in seen[:5]] == sorted(one.at for one in seen[:5])
    assert [one.at for one in seen[-4:]] == sorted((one.at for one in seen[-4:]), reverse=True)
    for nonsense in ("", "judge.", "judge.x", f"judge.{10**18}", "nowhere.1", "judge.1.2"):
        assert bypasses.page(lead, after=nonsense).rows == bypasses.page(lead).rows


@pytest.mark.parametrize("size", [1, 50])
def test_the_list_costs_the_same_for_one_bypass_and_for_fifty(me: Actor, lead: Actor, size: int) -> None:
    rows(size, me)
    client = client_of(lead)
    with counted() as queries:
        assert client.get("/desk/bypasses/").status_code == 200
    assert len(queries) <= 9, [query["sql"][:140] for query in queries]


def test_the_list_and_its_figures_are_for_those_who_lead(me: Actor, lead: Actor) -> None:
    rows(6, me)
    assert client_of(me).get("/desk/bypasses/").status_code == 404
    page = client_of(lead).get("/desk/bypasses/?verdict=justified").content.decode()
    assert page.count("it burns") == 2
    assert client_of(lead).get("/desk/bypasses/?verdict=open").content.decode().count("it burns") == 4
    figures = bypasses.figures()
    assert (figures.count, figures.judged, figures.justified, figures.waiting, figures.missing) == (
        6,
        2,
        2,
        2,
        0,
    )
    assert figures.per_thousand == 6000
    Bypass.objects.update(at=clock.now() - timedelta(hours=25))
    assert bypasses.figures().missing == 2


def test_the_author_is_reminded_on_the_shift_page_until_it_is_said(me: Actor) -> None:
    made = bypassed(me)
    client = client_of(me)
    assert 'hx-get="/desk/owed/?only=count"' in client.get("/desk/shift/").content.decode()
    assert "the reason of 1 bypass" in client.get("/desk/owed/?only=count", **HTMX).content.decode()
    assert made.ticket.number in client.get("/desk/owed/", **HTMX).content.decode()
    assert client_of(factories.operator()).get("/desk/owed/", **HTMX).content.decode().strip() == ""
    justify(actor=me, bypass_id=made.pk, justification=REASON)
    assert client.get("/desk/owed/", **HTMX).content.decode().strip() == ""
    assert "You owe nothing" in client.get("/desk/owed/").content.decode()


def test_new_kinds_of_events_have_words_of_their_own(me: Actor, lead: Actor) -> None:
    made = bypassed(me)
    justify(actor=me, bypass_id=made.pk, justification=REASON)
    page = client_of(me).get(f"/desk/tickets/{made.ticket.number}/history/").content.decode()
    assert "justified the bypass" in page
    for kind in (
        EventType.POLICY_APPLIED,
        EventType.REVIEWED,
        EventType.JUSTIFIED,
        EventType.KNOWLEDGE_SETTLED,
    ):
        assert kind in wording.TELLERS
    late = TicketEvent(
        type=EventType.ESCALATED, payload={"clock": "BYP", "threshold": 100, "is_breach": False}
    )
    assert (wording.tell(late), wording.tone(late)) == ("“reason for the bypass” is overdue", "warn")


def api(actor: Actor) -> APIClient:
    return api_client(User.objects.get(pk=actor.user_id))


def test_programs_read_justify_and_judge(me: Actor, lead: Actor) -> None:
    made = bypassed(me)
    url = f"/api/v1/tickets/{made.ticket.number}/bypasses/"
    listed = api(me).get(url).json()["results"]
    assert [(row["id"], row["verdict"], row["justified_at"]) for row in listed] == [(made.pk, "", None)]
    assert api(me).post(f"{url}{made.pk}/justify/", {"justification": "short"}).status_code == 400
    done = api(me).post(f"{url}{made.pk}/justify/", {"justification": REASON})
    assert (done.status_code, done.json()["justified_by"]["id"]) == (200, me.user_id)
    assert api(me).post(f"{url}{made.pk}/judge/", {"verdict": "justified"}).status_code == 403
    assert api(lead).post(f"{url}{made.pk}/judge/", {"verdict": "regulation"}).status_code == 400
    judged = api(lead).post(f"{url}{made.pk}/judge/", {"verdict": "justified"})
    assert (judged.status_code, judged.json()["verdict"]) == (200, "justified")
    assert api(lead).post(f"{url}{made.pk}/judge/", {"verdict": "justified"}).status_code == 409
    for query, number in (
        ("verdict=justified", 1),
        ("justified=false", 0),
        ("judged=true", 1),
        ("verdict=regulation", 0),
    ):
        assert len(api(me).get(f"/api/v1/bypasses/?{query}").json()["results"]) == number, query


def test_customers_never_learn_of_bypasses(me: Actor) -> None:
    customer = factories.contact()
    ticket = factories.ticket(customer)
    made = bypassed(me)
    client = api_client(User.objects.get(pk=customer.user_id))
    for url in ("/api/v1/bypasses/", f"/api/v1/tickets/{ticket.number}/bypasses/"):
        assert client.get(url).status_code == 404
    url = f"/api/v1/tickets/{made.ticket.number}/bypasses/{made.pk}/justify/"
    assert client.post(url, {"justification": REASON}).status_code == 404
    with pytest.raises(Missing):
        justify(actor=customer, bypass_id=made.pk, justification=REASON)
