"""Which notices are due, for whom, once: on rows alone, as whatever made them would leave them."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Contact, Customer
from common.errors import Conflict, Invalid, NotAllowed
from messaging.enums import OutboundState
from messaging.models import OutboundMessage
from messaging.services.delivering import send_due
from monitoring.enums import HitState, IncidentState
from monitoring.models import ClientNotice, Incident, IncidentChange
from monitoring.queries import incidents as queries
from monitoring.services.notices import acting
from monitoring.services.notices.expecting import expected
from monitoring.services.notices.planning import plan
from tests import factories
from tests.monitoring.incident_rows import T0, a_client, a_contact, an_incident, becomes

pytestmark = pytest.mark.django_db
WHY = "seen with my own eyes"


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def phases() -> list[str]:
    return list(ClientNotice.objects.order_by("pk").values_list("phase", flat=True))


def over(incident: Incident) -> Incident:
    incident.state, incident.resolved_at = IncidentState.RESOLVED, at(1000)
    incident.save()
    return incident


def publish(incident: Incident) -> None:
    acting.publish_report(
        incident_id=incident.pk,
        text_ru="Сгорел автомат на линии A. " * 2,
        text_en="",
        actor=factories.operator(1),
    )
    incident.refresh_from_db()


def test_fifty_clients_are_told_at_the_cost_of_one() -> None:
    costs = []
    for number in (1, 50):
        incident = an_incident()
        rows = [a_client(incident) for _one in range(number)]
        spent = []
        for second in (76, 300, 1100):
            if second == 300:
                for row in rows:
                    becomes(row, HitState.OK, at(200))
            if second == 1100:
                publish(over(incident))
            with CaptureQueriesContext(connection) as context:
                assert plan(incident=incident, now=at(second)) == number
            spent.append(len(context))
        costs.append(spent)
    assert costs[0] == costs[1]


def test_clients_of_a_page_and_its_counts_cost_the_same_for_one_and_for_fifty() -> None:
    costs = []
    for number in (1, 50):
        incident = an_incident()
        for _one in range(number):
            a_client(incident)
        plan(incident=incident, now=at(80))
        with CaptureQueriesContext(connection) as context:
            rows, _more = queries.clients(incident)
            assert queries.telling(incident).told == number
        assert [len(row.notices) for row in rows] == [1] * number
        costs.append(len(context))
    assert costs[0] == costs[1]


def test_no_notice_names_another_client_its_services_the_cause_or_a_note() -> None:
    incident = an_incident("ups-secret")
    incident.report_ru = incident.report_en = "A breaker burnt out and was replaced by another."
    rows = [
        a_client(
            incident, state, language=language, told_at=None, labels=(f"rack-{state}-{language}", f"vm-{state}-{language}"),
        )
        for state in (HitState.DOWN, HitState.AT_RISK, HitState.DEGRADED, HitState.UNKNOWN) for language in ("ru", "en")
    ]  # fmt: skip
    labels = {
        row.pk: [str(one.service) for one in row.incident.services.filter(customer=row.customer)]
        for row in rows
    }
    for row in rows:
        foreign = [label for key, found in labels.items() if key != row.pk for label in found]
        foreign += list(Customer.objects.exclude(pk=row.customer_id).values_list("name", flat=True))
        for phase in ("started", "changed", "restored", "report"):
            ((written, people),) = acting.preview(incident=incident, customer=row.customer, phase=phase)
            text = f"{written.subject}\n{written.text}"
            assert [one.contact.customer_id for one in people] == [row.customer_id]
            assert all(label in text for label in labels[row.pk])
            lines = [line.strip("- ").partition(":")[0] for line in text.splitlines()]
            assert not [word for word in foreign if word in lines]
            assert "ups-secret" not in text
            assert incident.ticket.number in text


def test_whom_nobody_can_write_to_is_not_called_told_and_told_as_soon_as_an_address_is_known() -> None:
    incident = an_incident()
    row = a_client(incident, mail=False)
    assert plan(incident=incident, now=at(80)) == 0
    row.refresh_from_db()
    assert (row.told_at, IncidentChange.objects.count()) == (None, 0)
    assert queries.telling(incident).unreachable == 1
    with pytest.raises(Conflict):
        acting.send_now(incident_id=incident.pk, customer_id=row.customer_id, actor=factories.operator(1))
    a_contact(row.customer)
    assert plan(incident=incident, now=at(100)) == 1
    assert queries.telling(incident).unreachable == 0


def test_contact_named_for_outages_without_an_address_does_not_silence_the_others() -> None:
    incident = an_incident()
    row = a_client(incident)
    a_contact(row.customer, mail=False, gets_outages=True)
    assert plan(incident=incident, now=at(80)) == 1


def test_report_is_not_owed_for_ever_to_a_client_whose_people_have_gone() -> None:
    incident = an_incident()
    gone, there = a_client(incident), a_client(incident)
    plan(incident=incident, now=at(80))
    Contact.objects.filter(customer=gone.customer).update(is_active=False)
    publish(over(incident))
    assert plan(incident=incident, now=at(1100)) == 1
    assert plan(incident=incident, now=at(1102)) == 0
    incident.refresh_from_db()
    assert not incident.report_pending
    assert ClientNotice.objects.get(phase="report").customer == there.customer


@pytest.mark.parametrize("state", [HitState.AT_RISK, HitState.DEGRADED])
@pytest.mark.parametrize(("policy", "by_itself", "by_hand"), [("auto", 1, 0), ("click", 0, 1), ("off", 0, 0)])
def test_an_installation_says_whether_clients_that_are_not_down_are_told(
    state: HitState, policy: str, by_itself: int, by_hand: int
) -> None:
    incident = an_incident()
    row = a_client(incident, state)
    with override_settings(NOTICE_AT_RISK=policy, NOTICE_DEGRADED=policy):
        assert plan(incident=incident, now=at(80)) == by_itself
        try:
            sent = acting.send_now(
                incident_id=incident.pk, customer_id=row.customer_id, actor=factories.operator(1)
            )
        except Conflict:
            sent = 0
    assert sent == by_hand


def test_client_that_is_held_back_is_told_by_hand_only_after_a_reason() -> None:
    incident = an_incident()
    row = a_client(incident, held="answers")
    person = factories.operator(1)
    assert plan(incident=incident, now=at(80)) == 0
    with pytest.raises(Conflict):
        acting.send_now(incident_id=incident.pk, customer_id=row.customer_id, actor=person)
    with pytest.raises(Invalid):
        acting.release(incident_id=incident.pk, customer_id=row.customer_id, actor=person, reason="no")
    acting.release(incident_id=incident.pk, customer_id=row.customer_id, actor=person, reason=WHY)
    assert plan(incident=incident, now=at(90)) == 1


def test_contact_of_a_customer_cannot_act_on_notices() -> None:
    incident = an_incident()
    row = a_client(incident)
    with pytest.raises(NotAllowed):
        acting.send_now(incident_id=incident.pk, customer_id=row.customer_id, actor=factories.contact())


def test_state_that_got_worse_is_told_and_one_that_only_became_unclear_is_not() -> None:
    incident = an_incident()
    worse, unclear = (a_client(incident, HitState.DEGRADED) for _one in range(2))
    acting.send_all(incident_id=incident.pk, state=HitState.DEGRADED, actor=factories.operator(1))
    becomes(worse, HitState.AT_RISK, at(100))
    becomes(unclear, HitState.UNKNOWN, at(100))
    assert plan(incident=incident, now=at(170)) == 0
    assert plan(incident=incident, now=at(176)) == 1
    assert plan(incident=incident, now=at(178)) == 0
    assert ClientNotice.objects.get(phase="changed").customer == worse.customer


def test_client_that_was_well_again_hears_of_a_lost_reserve_by_the_same_policy_as_others() -> None:
    incident = an_incident()
    row = a_client(incident)
    plan(incident=incident, now=at(80))
    becomes(row, HitState.OK, at(100))
    plan(incident=incident, now=at(180))
    becomes(row, HitState.DEGRADED, at(200))
    assert plan(incident=incident, now=at(300)) == 0
    becomes(row, HitState.DOWN, at(310))
    assert plan(incident=incident, now=at(400)) == 1
    becomes(row, HitState.OK, at(500))
    assert plan(incident=incident, now=at(600)) == 1
    assert phases() == ["started", "restored", "changed", "restored"]


def test_promised_minute_is_news_only_when_it_moves_by_more_than_ten() -> None:
    incident = an_incident()
    row = a_client(incident, HitState.AT_RISK, deadline_at=at(1800))
    with time_machine.travel(at(20), tick=False):
        acting.send_now(incident_id=incident.pk, customer_id=row.customer_id, actor=factories.operator(1))
    assert "until about 06:30" in ClientNotice.objects.get().text
    mine = incident.services.filter(customer=row.customer)
    for minutes, news in ((9, 0), (19, 1), (21, 0)):
        mine.update(deadline_at=at(1800 + 60 * minutes))
        assert plan(incident=incident, now=at(100 + minutes)) == news


@pytest.mark.parametrize("state", [HitState.DOWN, HitState.AT_RISK, HitState.DEGRADED, HitState.UNKNOWN])
@pytest.mark.parametrize("then", [None, HitState.DOWN, HitState.AT_RISK, HitState.UNKNOWN, HitState.OK])
def test_page_says_beforehand_what_the_next_notice_is_and_when(
    state: HitState, then: HitState | None
) -> None:
    incident = an_incident()
    row = a_client(incident, state)
    if then is not None:
        row.told_at, row.told_state = at(10), state
        row.save()
        row = becomes(row, then, at(30)) if then != state else row
    found = expected(row)
    due = found.at if found is not None else None
    if found is None or due is None:
        assert plan(incident=incident, now=at(9000)) == 0
    else:
        assert plan(incident=incident, now=due - timedelta(seconds=1)) == 0
        assert plan(incident=incident, now=due) == 1
        assert phases() == [found.phase]


def test_texts_are_shown_beforehand_in_every_language_that_is_read() -> None:
    incident = an_incident()
    row = a_client(incident, language="ru")
    a_contact(row.customer, language="en")
    texts = {
        written.language: written.text
        for written, _people in acting.preview(incident=incident, customer=row.customer)
    }
    assert "Здравствуйте" in texts["ru"]
    assert "Hello" in texts["en"]


def test_notice_whose_bell_was_lost_is_sent_once_by_the_sweep_word_for_word(mailoutbox: list) -> None:
    incident = an_incident()
    a_client(incident)
    assert plan(incident=incident, now=at(80)) == 1
    # Whoever planned it dies here: the row is all that is left.
    assert (send_due().sent, send_due().sent) == (1, 0)
    (mail,), notice = mailoutbox, ClientNotice.objects.get()
    assert (mail.subject, mail.body) == (notice.subject, notice.text)
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert OutboundMessage.objects.get().state == OutboundState.SENT
    assert plan(incident=incident, now=at(82)) == 0


def test_notices_of_an_incident_that_was_joined_stay_in_sight() -> None:
    first, second, third = an_incident(), an_incident(), an_incident()
    row = a_client(first)
    plan(incident=first, now=at(80))
    row.refresh_from_db()
    for one, into in ((first, second), (second, third)):
        one.state, one.merged_into = IncidentState.MERGED, into
        one.save()
    row.pk, row.incident = None, third
    row.save(force_insert=True)
    (shown,), _more = queries.clients(third)
    assert [notice.phase for notice in shown.notices] == ["started"]
    assert plan(incident=third, now=at(90)) == 0
