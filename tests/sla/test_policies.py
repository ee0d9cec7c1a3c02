"""The editor of policies: what is typed, what is refused and where, what is shown before it is put in force."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Tier
from common import clock
from common.errors import Conflict, NotAllowed, Unprocessable
from sla.engine import defaults, sheet
from sla.engine.audit import World, audit
from sla.engine.calendars import Calendar, Hours
from sla.engine.durations import AmountError, read_amount, show_amount
from sla.engine.policy import Row, RowPolicy, Version
from sla.engine.sheet import Entry
from sla.engine.terms import Kind, Target
from sla.models import Clock, PolicyVersion, WhatIf
from sla.models import Target as TargetRow
from sla.queries import policies, promises
from sla.services import drafting, previewing, publishing
from sla.services.loading import rules
from tests import factories
from tests.sla.sheets import a_draft, manager, put_in_force, save, signed_in, special, typed

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


# -- amounts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds", "shown"),
    [
        ("90 s", 90, "90 s"), ("15 min", 900, "15 min"), ("4 h", 14_400, "4 h"), ("1 wd", 32_400, "9 h"),
        ("1:30:00", 5400, "1 h 30 min"), ("1h30m", 5400, "1 h 30 min"), ("1,5 ч", 5400, "1 h 30 min"),
        ("90с", 90, "90 s"), ("2 рд", 64_800, "18 h"), ("0:01:15", 75, "75 s"), ("24 h", 86_400, "24 h"),
    ],
)  # fmt: skip
def test_amount_is_read_as_people_write_it_and_shown_in_one_spelling(text, seconds, shown):
    assert read_amount(text) == seconds
    assert show_amount(seconds) == shown
    assert read_amount(shown) == seconds


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("15", "unit"), ("1 d", "unknown"), ("soon", "unknown"), ("1:30", "two_ways"), ("0.5 s", "fraction"),
        ("0 min", "nothing"), ("9000 h", "long"), ("1:90:00", "unknown"), ("-4 h", "unknown"),
    ],
)  # fmt: skip
def test_amount_that_cannot_be_meant_is_refused_with_the_reason(text, code):
    with pytest.raises(AmountError) as refusal:
        read_amount(text)
    assert refusal.value.code == code


# -- the sheet -----------------------------------------------------------------------------------------------------


def test_sheet_read_back_as_it_is_shown_loses_nothing():
    entries = [Entry(**asdict(row)) for row in defaults.rows()]
    entries += [
        Entry(Kind.RES, 0, 600, "C247", contract_id=7),
        Entry(Kind.NR, 0, 60, "RUBH"),  # talk counts round the clock: another calendar is special
        Entry(Kind.RES, 0, None, "C247", category="EM.VM", position=3),
    ]
    fields, rows = sheet.spread(entries)
    assert len(rows) == 3
    for number, entry in enumerate(rows):
        values = {
            "clock": str(entry.kind), "contract": "C-7" if entry.contract_id else "", "category": entry.category,
            "priority": str(entry.priority or ""), "position": str(entry.position), "calendar": entry.calendar,
            "amount": sheet.show_promise(entry.seconds),
        }  # fmt: skip
        fields |= {f"s{number}-{name}": value for name, value in values.items()}
    names = sheet.Names(["C247", "RUBH"], {"C-7": 7}, categories=["EM.VM"])
    reading = sheet.read(fields, names)
    assert reading.problems == {}
    assert sorted(map(repr, reading.entries.values())) == sorted(map(repr, entries))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"RES-0--EM-1": "soon"}, {"RES-0--EM-1": "unknown"}),
        ({"RES-0--EM-1": "1 h", "RES-0--EM-1-cal": "MARS"}, {"RES-0--EM-1-cal": "calendar"}),
        (special(0, contract="C-8"), {"s0-contract": "contract"}),
        (special(0, service="9"), {"s0-service": "service"}),
        (special(0, category="EM.NOPE"), {"s0-category": "known"}),
        (special(0, clock="XYZ"), {"s0-clock": "known"}),
        (special(0, priority="9", channel="fax", tier="gold", position="x"),
         {"s0-priority": "known", "s0-channel": "known", "s0-tier": "known", "s0-position": "known"}),
        (special(0, amount=""), {"s0-amount": "empty"}),
        ({**special(0, category="EM.VM"), **special(1, category="EM.VM", amount="1 h")}, {"s1-amount": "twice"}),
        ({"RES-0--EM-1": "1 h", **special(0, category="EM", priority=1)}, {"s0-amount": "twice"}),
    ],
)  # fmt: skip
def test_each_problem_of_a_sheet_stands_at_its_field(fields, problem):
    names = sheet.Names(["C247"], categories=["EM", "EM.VM"], channels=["mail"])
    found = sheet.read(fields, names).problems
    assert {name: one.code for name, one in found.items()} == problem


# -- the audit -----------------------------------------------------------------------------------------------------


def rows_of_defaults(*more: Row) -> RowPolicy:
    entries = [Entry(**asdict(row)).row(rulebook_free) for row in defaults.rows()]
    return RowPolicy([Version(1, NOW - timedelta(days=1), [*entries, *more])])


rulebook_free: dict = {}


def promise(kind: Kind, minutes: float | None, line: int = 0, **keys: object) -> Row:
    amount = None if minutes is None else timedelta(minutes=minutes)
    return Row(kind, line, Target(amount), **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "keys", [{"contract_id": 7}, {"service_id": 3}, {"category": "EM.VM"}, {"channel": "phone"}]
)
@pytest.mark.parametrize(
    ("kind", "line", "minutes", "code"),
    [
        (Kind.RES, 0, 5, "lines_exceed_promise"),
        (Kind.OLA_W, 2, 5000, "lines_exceed_promise"),
        (Kind.RES, 0, None, "hole"),
        (Kind.FR, 0, None, "hole"),
        (Kind.FR, 0, 2, "slow_first_response"),
    ],
)
def test_no_special_row_can_hide_what_the_matrix_may_not_have(keys, kind, line, minutes, code):
    assert list(audit(rows_of_defaults(), NOW)) == []
    row = promise(kind, minutes, line, **{"category": "EM", "priority": 1, **keys})
    found = list(audit(rows_of_defaults(row), NOW))
    assert {one.code for one in found} == {code}
    assert all(one.fatal for one in found) == (code != "slow_first_response")
    assert {getattr(one, name) for one in found for name in keys} == set(keys.values())


def test_two_special_rows_that_are_fine_alone_are_judged_together():
    quick = promise(Kind.RES, 58, priority=1, channel="phone")
    slow = promise(Kind.OLA_A, 7, 3, priority=1, contract_id=7)

    def of(*rows: Row) -> list[tuple[int | None, str]]:
        found = audit(rows_of_defaults(*rows), NOW, ("business",))
        return [(one.contract_id, one.channel) for one in found if one.category == ""]

    assert (of(quick), of(slow), of(quick, slow)) == ([], [], [(7, "phone")])


def test_contract_is_judged_by_its_own_tier_and_never_with_another_customers_service():
    shorter = promise(Kind.RES, 30, contract_id=7, category="EM", priority=1)
    rest = promise(Kind.OLA_W, 17, 3, contract_id=7, category="EM", priority=1)
    policy = rows_of_defaults(shorter, rest)
    assert list(audit(policy, NOW, world=World(tiers={7: "premium"}))) == []
    assert {one.tier for one in audit(policy, NOW)} == {"business", "basic"}
    longer = promise(Kind.RES, 6000, contract_id=7, category="CR", priority=4)
    slow = promise(Kind.OLA_W, 5900, 2, service_id=3, category="CR", priority=4)
    places = {
        owner: {
            (one.contract_id, one.service_id)
            for one in audit(
                rows_of_defaults(longer, slow), NOW, world=World({7: "premium"}, {7: 1}, {3: owner})
            )
        }
        for owner in (1, 2)
    }
    assert (7, 3) in places[1]
    assert (7, 3) not in places[2]


def test_target_that_its_calendar_can_never_reach_is_refused():
    rare = Calendar("RARE", (None, Hours(week=(((32_400, 32_460),), *((),) * 6))))
    row = Row(Kind.BR, 0, Target(timedelta(days=300), rare), priority=1)
    found = list(audit(rows_of_defaults(row), NOW))
    assert [(one.code, one.fatal, one.row) for one in found] == [("never_due", True, row)]


# -- saving --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_saved_sheet_is_what_was_typed_and_leaves_the_source_alone():
    source, draft = policies.in_force(), a_draft()
    before = policies.entries_of(source.pk)
    contract = factories.ContractFactory.create(tier=Tier.PREMIUM)
    row = special(0, contract=contract.number, category="EM", priority=1, amount="25 min")
    rest = special(1, clock="OLA_W.3", contract=contract.number, category="EM", priority=1, amount="12 min")
    assert save(draft, **{"RES-0--EM-2": "3 h", "OLA_W-3--EM-2": "2 h", **row, **rest}) == []
    saved = {entry.key: entry.seconds for entry in policies.entries_of(draft.pk)}
    assert saved[Entry(Kind.RES, category="EM", priority=2).key] == 10_800
    assert saved[Entry(Kind.RES, category="EM", priority=1, contract_id=contract.pk).key] == 1500
    assert policies.entries_of(source.pk) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"RES-0--EM-1": "soon"}, "RES-0--EM-1", "is not an amount of time"),
        ({"RES-0--EM-1": "10 min"}, "RES-0--EM-1", "the lines together take"),
        ({"RES-0---3": ""}, "RES-0---3", "nothing is promised there"),
        ({"RES-0--EM-1-cal": "MARS"}, "RES-0--EM-1-cal", "There is no calendar"),
        ({"OLA_W-2---2": "5 h"}, "RES-0--EM-2", "the lines together take"),
        (special(0, category="EM.VM", amount="5 min"), "s0-amount", "EM.VM"),
    ],
)
def test_sheet_that_cannot_hold_is_refused_at_the_cell_with_nothing_lost(fields, name, words):
    actor, draft = manager(), a_draft()
    before = policies.entries_of(draft.pk)
    sent = typed(draft, **{"NR-0---1": "4 min", "title": "Under way", **fields})
    answer = signed_in(actor).post(reverse("sla:save_policy", args=[draft.pk]), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in answer.context["sheet"].sections[0].title + page
    assert name in page
    with pytest.raises(drafting.SheetRefused) as refusal:
        drafting.save(actor=actor, version_id=draft.pk, title="x", note="", typed=sent)
    assert words in refusal.value.problems[name]
    assert 'value="4 min"' in page
    assert 'value="Under way"' in page
    assert policies.entries_of(draft.pk) == before


@pytest.mark.django_db
def test_first_response_above_ninety_seconds_is_saved_with_a_warning():
    warnings = save(a_draft(), **{"FR-0---": "2 min"})
    assert warnings
    assert "more than 90 seconds" in warnings[0]


@pytest.mark.django_db
def test_draft_that_somebody_else_saved_is_not_overwritten_unseen():
    actor, draft = manager(), a_draft()
    seen = policies.fingerprint(policies.entries_of(draft.pk))
    save(draft, **{"RES-0--EM-2": "3 h", "OLA_W-3--EM-2": "2 h"})
    sent = typed(draft, **{"RES-0--EM-2": "2 h 50 min", "seen": seen})
    answer = signed_in(actor).post(reverse("sla:save_policy", args=[draft.pk]), sent)
    assert answer.status_code == 409
    assert 'value="2 h 50 min"' in answer.content.decode()
    assert signed_in(actor).post(
        reverse("sla:save_policy", args=[draft.pk]), {**sent, "seen": answer.context["seen"]}
    ).status_code == 302  # fmt: skip
    saved = {entry.key: entry.seconds for entry in policies.entries_of(draft.pk)}
    assert saved[Entry(Kind.RES, category="EM", priority=2).key] == 10_200


@pytest.mark.django_db
def test_version_in_force_is_shown_and_never_saved():
    actor, source = manager(), policies.in_force()
    page = signed_in(actor).get(reverse("sla:policy", args=[source.pk])).content.decode()
    assert 'name="RES-0--EM-1"' not in page
    assert "Make a draft of it" in page
    with pytest.raises(Conflict):
        save(source, **{"RES-0--EM-2": "3 h", "OLA_W-3--EM-2": "2 h"})
    with pytest.raises(Conflict):
        drafting.discard(actor=actor, version_id=source.pk)


@pytest.mark.django_db
def test_discarded_draft_takes_its_what_if_runs_with_it():
    actor, draft = manager(), a_draft()
    WhatIf.objects.create(version=draft, by_id=actor.user_id, asked_at=NOW, since=NOW, until=NOW)
    signed_in(actor).post(reverse("sla:discard_policy", args=[draft.pk]))
    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()
    assert not TargetRow.objects.filter(version=draft.pk).exists()


# -- who may -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_editor_is_for_the_service_level_manager_and_administrators():
    draft = a_draft()
    addresses = [
        reverse("sla:policies"), reverse("sla:policy", args=[draft.pk]), reverse("sla:what_if", args=[draft.pk]),
        reverse("sla:policy_options", args=["contracts"]),
    ]  # fmt: skip
    for duties, status in (
        ({"is_service_manager": True}, 200), ({"is_administrator": True}, 200), ({"is_shift_lead": True}, 404), ({}, 404),
    ):  # fmt: skip
        client = signed_in(factories.operator(**duties))
        assert {client.get(address).status_code for address in addresses} == {status}
        may_see = "Promises</a>" in client.get(reverse("desk:shift")).content.decode()
        assert may_see == (status == 200)
    assert Client().get(addresses[0]).status_code == 302
    lead = factories.operator(is_shift_lead=True)
    for refused in (
        lambda: drafting.draft_from(actor=lead, version_id=draft.pk),
        lambda: drafting.save(actor=lead, version_id=draft.pk, title="x", note="", typed={}),
        lambda: publishing.publish_policy(actor=lead, version_id=draft.pk, why="because"),
    ):
        with pytest.raises(NotAllowed):
            refused()


@pytest.mark.django_db
def test_administration_leads_straight_to_the_editor():
    made = factories.OperatorFactory.create(is_administrator=True)
    made.user.is_staff = made.user.is_superuser = True
    made.user.save()
    client = Client()
    client.force_login(made.user)
    version = policies.in_force()
    answer = client.get(reverse("admin:sla_policyversion_change", args=[version.pk]))
    assert answer.headers["Location"] == reverse("sla:policy", args=[version.pk])
    assert "Open in the editor" in client.get(reverse("admin:sla_policyversion_changelist")).content.decode()
    assert client.get(reverse("admin:sla_target_add")).status_code == 403
    assert client.get(reverse("admin:sla_target_changelist")).status_code == 200


# -- putting in force ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_version_put_in_force_says_who_when_and_why():
    actor, draft = manager(), a_draft()
    client = signed_in(actor)
    address = reverse("sla:publish_policy", args=[draft.pk])
    assert client.post(address, {"why": " "}).status_code == 422
    assert client.post(address, {"why": "Agreed with the customers"}).status_code == 302
    version = PolicyVersion.objects.get(pk=draft.pk)
    assert version.published_by_id == actor.user_id
    assert version.note == "Agreed with the customers"
    assert version.published_at > clock.now()
    page = client.get(reverse("sla:policies")).content.decode()
    assert "Planned" in page
    assert "Agreed with the customers" in page


@pytest.mark.django_db
def test_version_may_be_planned_but_never_for_the_past_or_twice_at_once():
    actor, first, second = manager(), a_draft(), a_draft()
    tomorrow = clock.now() + timedelta(days=1)
    publishing.publish_policy(actor=actor, version_id=first.pk, why="a new year", since=tomorrow)
    assert policies.shelf().planned == [first]
    with pytest.raises(Conflict):
        publishing.publish_policy(actor=actor, version_id=second.pk, why="a new year", since=tomorrow)
    with pytest.raises(Unprocessable):
        publishing.publish_policy(
            actor=actor, version_id=second.pk, why="a new year", since=clock.now() - timedelta(hours=1)
        )


@pytest.mark.django_db
def test_difference_names_each_place_with_both_promises():
    draft = a_draft()
    save(
        draft,
        **{
            "RES-0--EM-1": "1 h",
            "RES-0--EM-2": "3 h",
            "OLA_W-3--EM-2": "2 h",
            **special(0, category="EM.VM", priority=1, amount="1 h"),
        },
    )
    known = promises.labels([])
    before, after = policies.entries_of(policies.in_force().pk), policies.entries_of(draft.pk)
    assert sorted(policies.difference(before, after, known)) == [
        ("Resolution · EM · P2 · Business", "4 h", "3 h"),
        ("Resolution · EM.VM · P1 · Business", "–", "1 h"),
        ("Work, line 3 · EM · P2 · Business", "3 h 14 min", "2 h"),
    ]


# -- the preview ---------------------------------------------------------------------------------------------------


def open_ticket(tier: str = "business", **values: object):
    customer = factories.ContractFactory.create(tier=tier).customer
    return factories.ticket(factories.contact(customer=customer), **values)


def shown(draft: PolicyVersion, mode: str = "retro", **changed: str) -> previewing.Preview:
    fields = typed(draft, **changed)
    return previewing.preview(sheet.read(fields, promises.names(fields)).entries, mode=mode)


@pytest.mark.django_db
def test_preview_counts_open_tickets_and_shows_deadlines_before_and_after():
    start = clock.now() - timedelta(minutes=70)
    late = open_ticket(priority=1, received_at=start)
    other = open_ticket(priority=2)
    draft = a_draft()
    seen = shown(draft, **{"RES-0---1": "50 min", "OLA_W-3---1": "10 min"})
    assert (seen.total, seen.changed) == (2, 1)
    assert seen.table == {("", 1): [1, 1], ("", 2): [1, 0]}
    assert seen.matches["RES-0---1"] == [1, 1]
    assert [(one.ticket, one.before, one.after, one.is_late) for one in seen.sample] == [
        (late, start + timedelta(minutes=60), start + timedelta(minutes=60), True)
    ]  # what is missed already stays missed
    longer = shown(draft, **{"RES-0---2": "3 h"})
    assert [(one.ticket, one.after - one.before, one.is_late) for one in longer.sample] == [
        (other, timedelta(hours=-1), False)
    ]


@pytest.mark.django_db
def test_preview_by_either_rule_shows_what_that_rule_would_do():
    start = clock.now() - timedelta(minutes=100)
    ticket = open_ticket(priority=2, received_at=start)
    draft, shorter = a_draft(), {"RES-0---2": "90 min", "OLA_W-3---2": "30 min"}
    retro, from_now = (shown(draft, mode, **shorter).sample[0] for mode in ("retro", "from_change"))
    assert (retro.after, retro.is_late) == (start + timedelta(minutes=90), True)
    assert not from_now.is_late
    assert from_now.after > clock.now() + timedelta(minutes=89)
    assert Clock.objects.get(ticket=ticket, kind="RES").due_at == start + timedelta(minutes=240)


@pytest.mark.django_db
def test_preview_says_beside_each_special_row_how_many_open_tickets_it_matches():
    ticket = open_ticket(tier="premium")
    open_ticket(tier="premium")
    contract = ticket.customer.contracts.get()
    rows = {
        **special(0, contract=contract.number, amount="2 h"),
        **special(1, tier="premium", amount="3 h"),
        **special(2, contract=contract.number, channel="portal", amount="1 h"),
    }
    matches = shown(a_draft(), **rows).matches
    assert matches["s0"] == [1, 0]  # outranked: the channel names one key more
    assert matches["s1"] == [2, 0]  # the cell of the matrix names the priority too
    assert matches["s2"][0] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 50])
def test_preview_costs_the_same_for_one_and_for_fifty_tickets(number, django_assert_num_queries):
    contact = factories.contact(customer=factories.ContractFactory.create().customer)
    for _ in range(number):
        factories.ticket(contact, priority=2)
    draft = a_draft()
    fields = typed(draft, **{"RES-0---2": "3 h"})
    entries = sheet.read(fields, promises.names(fields)).entries
    rules()
    with django_assert_num_queries(3):
        seen = previewing.preview(entries, mode="retro")
    assert (seen.changed, len(seen.sample)) == (number, min(number, 20))


@pytest.mark.django_db
def test_preview_page_names_problems_and_changes_while_it_is_typed():
    actor, draft = manager(), a_draft()
    open_ticket(priority=2)
    address = reverse("sla:preview_policy", args=[draft.pk])
    page = signed_in(actor).post(address, typed(draft, **{"RES-0---2": "3 h"})).content.decode()
    assert "1 change against what holds now" in page
    assert 'id="n-RES-0---2"' in page
    wrong = signed_in(actor).post(address, typed(draft, **{"RES-0---2": "3"})).content.decode()
    assert 'href="#RES-0---2"' in wrong
    hole = signed_in(actor).post(address, typed(draft, **{"RES-0---3": ""})).content.decode()
    assert "nothing is promised there" in hole


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 20])
def test_pages_cost_the_same_for_many_versions(number, django_assert_max_num_queries):
    actor = manager()
    for _ in range(number):
        draft = a_draft(actor)
    client = signed_in(actor)
    for address in (reverse("sla:policies"), reverse("sla:policy", args=[draft.pk])):
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


@pytest.mark.django_db
def test_contracts_and_services_are_offered_while_their_name_is_typed():
    contract = factories.ContractFactory.create()
    service = factories.ServiceFactory.create(customer=contract.customer)
    client = signed_in(manager())
    found = client.get(
        reverse("sla:policy_options", args=["contracts"]), {"s0-contract": contract.number[:3]}
    )
    assert f"{contract.number} · {contract.customer.name}" in found.content.decode()
    found = client.get(reverse("sla:policy_options", args=["services"]), {"s3-service": service.name})
    assert f"{service.pk} · {service.name}" in found.content.decode()
    assert client.get(reverse("sla:policy_options", args=["secrets"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_special_row_of_a_contract_holds_for_its_tickets_once_in_force():
    rules()
    contract = factories.ContractFactory.create(tier=Tier.PREMIUM)
    draft = a_draft()
    save(draft, **special(0, contract=contract.number, amount="20 h"))
    put_in_force(draft)
    mine = factories.ticket(factories.contact(customer=contract.customer))
    assert Clock.objects.get(ticket=mine, kind="RES").policy_version_id == draft.pk
