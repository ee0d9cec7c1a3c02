"""The pages of opening hours: who sees them, what publishing would change, and that nothing typed is lost."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Contact, User
from common import clock
from helpdesk import checks
from sla.models import CalendarVersion, Clock
from sla.queries import calendars
from sla.services.loading import rules
from sla.views.calendar_form import exception_rows, initial
from tests import factories

pytestmark = pytest.mark.django_db
DAYS = ("mon", "tue", "wed", "thu", "fri")


def client_of(actor) -> Client:
    client = Client()
    user = User.objects.filter(pk=actor.user_id).first() or Contact.objects.get(pk=actor.contact_id).user
    client.force_login(user)
    return client


@pytest.fixture
def manager() -> Client:
    rules()
    return client_of(factories.operator(is_service_manager=True))


def form_of(version: CalendarVersion, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it, with some fields changed."""
    rows = exception_rows(version)
    shown = {
        name: value for name, value in initial(version).items() if value is not None and value is not False
    }
    return {
        **shown, "title": version.title, "calendar": version.key,
        "dates": [dates for dates, _ in rows], "hours": [hours for _, hours in rows], **changes,
    }  # fmt: skip


def newest() -> CalendarVersion:
    found = calendars.newest("RUBH")
    assert found is not None
    return found


def edit(client: Client, data: dict[str, Any]):
    return client.post(reverse("sla:calendar", args=["RUBH"]), data)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({}, 404), ({"is_shift_lead": True}, 404), ({"is_service_manager": True}, 200),
        ({"is_administrator": True}, 200),
    ],
)  # fmt: skip
def test_only_who_answers_for_promises_sees_the_pages(who, status):
    rules()
    client = client_of(factories.operator(**who))
    addresses = [
        reverse("sla:calendars"),
        reverse("sla:new_calendar"),
        reverse("sla:calendar", args=["RUBH"]),
    ]
    assert [client.get(address).status_code for address in addresses] == [status] * 3
    posts = [reverse("sla:calendar_preview"), reverse("sla:calendar_holidays")]
    assert [client.post(address).status_code for address in posts] == [status] * 2


def test_contact_of_a_customer_sees_nothing():
    rules()
    assert client_of(factories.contact()).get(reverse("sla:calendars")).status_code == 404


def test_list_says_what_is_in_force_what_is_planned_and_who_counts_by_it(manager):
    page = manager.get(reverse("sla:calendars")).content.decode()
    assert "Mon–Fri 09:00–18:00" in page
    assert "around the clock" in page
    assert "Planned from" not in page
    later = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    edit(manager, form_of(newest(), since=later.strftime("%Y-%m-%dT%H:%M"), sat="10:00-14:00"))
    page = manager.get(reverse("sla:calendars")).content.decode()
    assert "Planned from" in page
    shown = {one.key: one for one in calendars.shown()}
    assert [plan.week for plan in shown["RUBH"].planned] == ["Mon-Fri 09:00-18:00, Sat 10:00-14:00"]
    assert ("Resolution", 17) in shown["RUBH"].used or any(
        kind == "Resolution" for kind, _ in shown["RUBH"].used
    )


@pytest.mark.parametrize("count", [1, 50])
def test_list_costs_the_same_for_many_versions(manager, count, django_assert_max_num_queries):
    for index in range(count):
        CalendarVersion.objects.create(
            key=f"K{index}", week="daily 09:00-18:00", tz="UTC", published_at=clock.now()
        )
    with django_assert_max_num_queries(9):
        assert manager.get(reverse("sla:calendars")).status_code == 200


def test_saving_the_form_as_it_is_changes_no_hours(manager):
    before = newest()
    assert edit(manager, form_of(before)).status_code == 302
    after = newest()
    assert after.pk != before.pk
    assert after.hours() == before.hours()
    assert after.published_by is not None


def test_published_version_holds_in_a_few_seconds_and_owes_the_running_clocks(manager):
    now = clock.now()
    edit(manager, form_of(newest(), sat="10:00-14:00"))
    version = newest()
    assert timedelta(seconds=4) < version.published_at - now < timedelta(seconds=30)
    assert version.recalculate_after is not None
    assert version.week == "Mon-Fri 09:00-18:00, Sat 10:00-14:00"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"mon": "09:00-18:00 17:00-19:00"}, "mon", "Monday: the windows 09:00-18:00 and 17:00-19:00 overlap."),
        ({"mon": "22:00-06:00", "tue": "05:00-09:00"}, "mon", "runs into the window 05:00-09:00 of Tuesday"),
        ({"wed": "nine to five"}, "wed", "neither a day nor a window"),
        (dict.fromkeys((*DAYS, "sat"), ""), "mon", "would never open"),
        ({"tz": "Europe/Atlantis"}, "tz", "not a time zone"),
        ({"holidays": "2026-11-04\n2026-02-30"}, "holidays", "the month does not have that day"),
        ({"dates": ["2026-12-28/2026-12-30", "2026-12-29"], "hours": ["09:00-15:00", ""]}, "exceptions", "stands twice"),
        ({"dates": [""], "hours": ["09:00-15:00"]}, "exceptions", "not a date"),
        ({"since": "2020-01-01T09:00"}, "since", "Hours of the past cannot be changed"),
        ({"title": ""}, "title", "required"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_field_and_nothing_typed_is_lost(manager, change, field, words):
    before = newest().pk
    data = form_of(newest(), **{"sat": "10:00-14:00", **change})
    answer = edit(manager, data)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    page = answer.content.decode()
    assert "sat" in change or 'value="10:00-14:00"' in page
    for typed in change.get("dates", []):
        assert f'value="{typed}"' in page
    assert newest().pk == before


def test_version_published_meanwhile_is_not_overwritten(manager):
    data = form_of(newest(), sat="10:00-14:00")
    assert edit(manager, data).status_code == 302
    answer = edit(manager, {**data, "sun": "10:00-14:00"})
    assert answer.status_code == 422
    assert "meanwhile" in answer.content.decode()


def test_new_calendar_gets_its_first_version(manager):
    data = {
        "key": "VVO",
        "title": "Vladivostok",
        "tz": "Asia/Vladivostok",
        "fri": "09:00-13:00",
        "holidays": "",
    }
    assert manager.post(reverse("sla:new_calendar"), data).status_code == 302
    assert calendars.newest("VVO").week == "Fri 09:00-13:00"
    assert manager.post(reverse("sla:new_calendar"), data).status_code == 422, "the name is taken"
    assert manager.post(reverse("sla:new_calendar"), {**data, "key": "no good"}).status_code == 422
    assert manager.get(reverse("sla:calendar", args=["NONE"])).status_code == 404


def test_preview_draws_two_weeks_and_marks_what_changes(manager):
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False):
        answer = manager.post(reverse("sla:calendar_preview"), form_of(newest(), sat="10:00-14:00"))
    days = answer.context["days"]
    assert len(days) == 14
    assert [day.date.isoformat() for day in days if day.is_changed] == ["2026-11-28", "2026-12-05"]
    assert [bar.words for bar in days[5].bars] == ["10:00–14:00"]


@pytest.mark.parametrize(
    ("zone", "at", "minutes"),
    [("Europe/Berlin", "2026-03-25T09:00:00Z", 1380), ("Europe/Berlin", "2026-10-20T09:00:00Z", 1500),
     ("Australia/Lord_Howe", "2026-10-01T09:00:00Z", 1410)],
)  # fmt: skip
def test_preview_marks_the_day_on_which_the_clocks_change(manager, zone, at, minutes):
    with time_machine.travel(at, tick=False):
        days = manager.post(reverse("sla:calendar_preview"), form_of(newest(), tz=zone)).context["days"]
    assert [day.minutes for day in days if day.minutes != 1440] == [minutes]


def test_preview_tells_what_cannot_be_understood(manager):
    answer = manager.post(reverse("sla:calendar_preview"), form_of(newest(), mon="09:00-18:00 17:00-19:00"))
    page = answer.content.decode()
    assert page.count("Monday") == 1
    assert "overlap" in page


def test_preview_shows_due_now_and_due_then_and_writes_nothing(manager):
    with time_machine.travel("2026-11-23T13:00:00Z", tick=False):
        person = factories.contact(customer=factories.ContractFactory.create(tier="basic").customer)
        ticket = factories.ticket(person)
        before = list(Clock.objects.order_by("pk").values())
        data = form_of(newest(), holidays=initial(newest())["holidays"] + "\n2026-11-24")
        forecast = manager.post(reverse("sla:calendar_preview"), data).context["forecast"]
    assert (forecast.running, forecast.tickets) == (1, 1)
    (moved,) = forecast.moved
    assert moved.ticket == ticket
    assert (moved.before, moved.after) == (
        datetime(2026, 11, 24, 12, tzinfo=UTC), datetime(2026, 11, 25, 12, tzinfo=UTC),
    )  # fmt: skip
    assert list(Clock.objects.order_by("pk").values()) == before
    assert CalendarVersion.objects.filter(key="RUBH").count() == 1


@pytest.mark.parametrize("count", [1, 25])
def test_preview_costs_the_same_for_many_tickets(manager, count, django_assert_max_num_queries):
    person = factories.contact(customer=factories.ContractFactory.create(tier="basic").customer)
    for _ in range(count):
        factories.ticket(person)
    data = form_of(newest(), sat="10:00-14:00")
    with django_assert_max_num_queries(12):
        answer = manager.post(reverse("sla:calendar_preview"), data)
    assert answer.context["forecast"].looked_at == min(count, 20)


def test_days_off_of_a_country_come_in_beside_what_was_typed(manager):
    data = form_of(
        newest(), country="RU", first_year="2027", last_year="2027", fill="yes",
        holidays="2026-07-01\nsome day", dates=["2027-04-30"], hours=["09:00-12:00"],
    )  # fmt: skip
    answer = manager.post(reverse("sla:calendar_holidays"), data)
    lines = answer.context["form"]["holidays"].value().splitlines()
    assert {"some day", "2026-07-01", "2027-01-01/2027-01-08", "2027-02-22/2027-02-23"} <= set(lines)
    rows = dict(answer.context["rows"])
    assert rows["2027-02-20"] == "09:00-17:00", "a worked Saturday, an hour shorter"
    assert rows["2027-04-30"] == "09:00-12:00", "what was typed wins"
    assert "День" in answer.content.decode() or "Defender" in answer.content.decode()


def test_unknown_country_says_so(manager):
    answer = manager.post(reverse("sla:calendar_holidays"), form_of(newest(), country="", fill="yes"))
    assert "No days off are known" in answer.content.decode()


def test_one_more_row_is_empty(manager):
    assert 'name="dates" value=""' in manager.get(reverse("sla:calendar_exception")).content.decode()


def test_calendar_whose_holidays_end_soon_warns_on_the_page_and_in_the_system_check(manager):
    assert calendars.rotting() == []
    last = date(2027, 12, 31)
    assert calendars.last_holiday(newest()) == last
    with time_machine.travel("2027-11-01T09:00:00Z", tick=False):
        assert calendars.rotting() == [], "sixty days to go"
    with time_machine.travel("2027-11-02T09:00:00Z", tick=False):
        later = client_of(factories.operator(is_service_manager=True))
        page = later.get(reverse("sla:calendars")).content.decode()
        assert "RUBH knows no holidays after 12/31/2027" in page
        assert [warning.id for warning in checks.check_calendars(None, databases=["default"])] == [
            "helpdesk.W001"
        ]
        call_command("check", databases=["default"])


def test_calendar_without_holidays_has_none_to_run_out(manager):
    edit(manager, form_of(newest(), holidays=""))
    with time_machine.travel("2031-01-01T09:00:00Z", tick=False):
        assert calendars.rotting() == []


def test_administration_looks_only_and_leads_to_the_page():
    rules()
    admin = factories.OperatorFactory.create(line=1, is_administrator=True)
    admin.user.is_staff = admin.user.is_superuser = True
    admin.user.save()
    client = Client()
    client.force_login(admin.user)
    page = client.get(reverse("admin:sla_calendarversion_changelist")).content.decode()
    assert reverse("sla:calendar", args=["RUBH"]) in page
    assert client.get(reverse("admin:sla_calendarversion_add")).status_code == 403
