"""The desk that random lives are lived on: each command of `lives.py` through the services of the product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod
from typing import Any, TypeVar

import time_machine
from django.db import transaction

from accounts.enums import Actor, Tier
from accounts.models import Contact, Operator
from common.errors import DomainError
from sla.models import CalendarVersion, Clock, PolicyVersion, Target
from sla.queries import rulebook
from sla.services import enforcing, publishing_calendars, recalculating
from tests import factories
from tests.sla.invariants import Memory, broken, look
from tests.sla.lives import (
    KINDS,
    AnyMove,
    Apply,
    Calendar,
    Create,
    Customer,
    Note,
    Opening,
    Owed,
    Policy,
    Possible,
    Reply,
    Shift,
    Sweep,
    Wake,
)
from tickets.enums import OPEN, TERMINAL, Channel, EventType
from tickets.models import Bypass, Category, Ticket, TicketEvent
from tickets.models.lifecycle import LIFECYCLE, Move
from tickets.services import categories, recording
from tickets.services.commands import COMMANDS, Field, Kind
from tickets.services.creating import create_ticket
from tickets.services.moving import BypassRequest, available, move
from tickets.services.noting import add_note
from tickets.services.receiving import receive_message
from tickets.services.relieving import relieve
from tickets.services.replying import reply
from tickets.services.waking import wake_due

MONDAY = datetime(2025, 6, 2, 6, 0, tzinfo=UTC)
NOTHING = timedelta(0)
BYPASS = BypassRequest(why="the test walks every path", risk="none")
FLAGS = ("pause_on_vendor", "p1_pause", "strict_reopen", "bot_counts", "notify_on_monitoring")
SPOILT = (None, "", "\x00", "no such thing", -1, 10**12, ["x"])
REWRITING = {"reclassify", "classify", "unmerge", "restore"}
"""Moves that may change what was measured before them: rules R2, T24, T28."""
T = TypeVar("T")


def some(of: Sequence[T], number: int) -> T:
    return of[number % len(of)]


class Desk:
    """A desk with one customer, six people of ours, and up to three tickets."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.now, self.memory, self.tickets = MONDAY, Memory(), list[int]()
        self.rewritten = False

    def __enter__(self) -> Desk:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.travel = time_machine.travel(MONDAY, tick=False)
        self.time = self.travel.start()
        rulebook.forget()
        categories.forget()
        self._hire()
        for channel, code in zip(self.opening.channels, self.opening.codes, strict=True):
            self.do(Create(channel, 2, sorted(KINDS).index(code), NOTHING, NOTHING))
        return self

    def __exit__(self, *failure: Any) -> None:
        self.travel.stop()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        rulebook.forget()

    def _hire(self) -> None:
        flags = {name: bool(self.opening.flags >> bit & 1) for bit, name in enumerate(FLAGS)}
        tier = some([Tier.BUSINESS, Tier.BASIC, Tier.PREMIUM], self.opening.tier)
        customer = factories.ContractFactory.create(tier=tier, **flags).customer
        self.client = factories.contact(customer=customer, is_authorised=True)
        self.boss = factories.contact(customer=customer, sees_organisation=True)
        self.lead = factories.operator(1, is_shift_lead=True)
        self.office = factories.operator(3, is_service_manager=True, is_administrator=True)
        self.ours = [
            self.lead, factories.operator(1), factories.operator(2), factories.operator(3, is_major_manager=True),
        ]  # fmt: skip
        self.actors = [*self.ours, Actor.system(), Actor.monitoring("zabbix"), self.client, self.boss]

    def check(self, command: object) -> None:
        """Every rule, for every ticket, after the sweep that follows any change of shift."""
        relieve()
        wrong: list[str] = []
        for pk in self.tickets:
            seen = look(pk, self.now)
            wrong += [*broken(seen), *self.memory.compare(seen, rewritten=self.rewritten)]
        self.rewritten = False
        assert not wrong, f"after {command}:\n" + "\n".join(wrong)

    def pass_time(self, wait: timedelta) -> None:
        self.now += wait
        self.time.move_to(self.now)

    def ticket(self, number: int) -> Ticket:
        return Ticket.objects.select_related("category").get(pk=some(self.tickets, number))

    def attempt(self, ticket: Ticket, work: Any, *, rewrites: bool = False) -> None:
        """A refusal is an answer too, if it changes nothing."""
        before = TicketEvent.objects.count(), Ticket.objects.get(pk=ticket.pk).version
        try:
            work()
        except DomainError:
            assert (TicketEvent.objects.count(), Ticket.objects.get(pk=ticket.pk).version) == before
        else:
            self.rewritten |= rewrites

    @singledispatchmethod
    def do(self, command: Any) -> None:
        raise NotImplementedError(command)

    @do.register
    def _(self, command: Create) -> None:
        self.pass_time(command.wait)
        if len(self.tickets) > 2:
            return
        by_us = command.channel in (Channel.PHONE, Channel.AGENT)
        actor = (
            self.ours[1]
            if by_us
            else self.actors[5]
            if command.channel == Channel.MONITORING
            else self.client
        )
        made = create_ticket(
            actor=actor, contact=Contact.objects.get(pk=self.client.contact_id), channel=command.channel,
            subject="Slow", body="Pages take ten seconds.", priority=1 + command.priority % 4,
            category=some([*sorted(KINDS), None], command.code), received_at=self.now - command.late,
            answered_at=self.now - command.late / 2, is_outbound=command.channel == Channel.AGENT,
        )  # fmt: skip
        self.tickets.append(made.pk)

    @do.register
    def _(self, command: Possible) -> None:
        self.pass_time(command.wait)
        ticket = self.ticket(command.ticket)
        moves = [(row, actor) for actor in self.actors for row in available(ticket, actor)]
        onward = [pair for pair in moves if leads_on(pair[0])]
        moves = onward if onward and command.onward else moves
        if not moves:
            return
        name = some(sorted({row.name for row, _ in moves}), command.move)
        actor = some([who for row, who in moves if row.name == name], command.actor)
        values = self.values(name, ticket, command.values, complete=command.complete)
        self.move(ticket, name, actor, values, bypass=command.bypass)

    @do.register
    def _(self, command: AnyMove) -> None:
        ticket, row = self.ticket(command.ticket), some(LIFECYCLE, command.move)
        values = self.values(row.name, ticket, command.values, complete=True)
        if values:
            values[some(sorted(values), command.spoilt)] = some(SPOILT, command.spoilt)
        self.move(ticket, row.name, some(self.actors, command.actor), values, bypass=command.bypass)

    def move(self, ticket: Ticket, name: str, actor: Actor, values: dict[str, Any], *, bypass: bool) -> None:
        self.attempt(
            ticket,
            lambda: move(
                actor=actor, ticket_id=ticket.pk, transition=name, bypass=BYPASS if bypass else None, **values
            ),
            rewrites=name in REWRITING,
        )

    def values(self, name: str, ticket: Ticket, number: int, *, complete: bool) -> dict[str, Any]:
        """Something acceptable for whatever the move asks, what is optional only if `complete`."""
        values = {
            field.name: self.value(field, ticket, number)
            for field in COMMANDS.get(name, ())
            if field.required or complete
        }
        if "impact" in values:
            values["impact"], values["urgency"] = KINDS[values["category"]]
        return {key: value for key, value in values.items() if value is not None}

    def value(self, field: Field, ticket: Ticket, number: int) -> Any:
        if field.kind == Kind.CHOICE:
            assert field.choices is not None
            return some(list(field.choices), number)
        if field.kind == Kind.MOMENT:
            return self.now + timedelta(seconds=1 + 700 * number)
        if field.kind == Kind.OBJECT:
            return self.thing(field, ticket, number)
        text = "Looked at the log and at the disks; more to come."
        return {Kind.YES_NO: bool(number % 2), Kind.OBJECTS: []}.get(field.kind, text)

    def thing(self, field: Field, ticket: Ticket, number: int) -> Any:
        if field.model is Category:
            return some(sorted(KINDS), number)
        if field.model is Ticket:
            others = Ticket.objects.filter(pk__in=self.tickets).exclude(pk=ticket.pk).order_by("pk")
            return some(list(others.values_list("number", flat=True)) or [ticket.number], number)
        return some(self.ours, number).user_id if field.name == "assignee" and number % 3 else None

    @do.register
    def _(self, command: Reply) -> None:
        self.pass_time(command.wait)
        ticket = self.ticket(command.ticket)
        at = max(self.now - command.late, ticket.received_at)
        actor = some(self.actors[:5], command.actor)
        self.attempt(
            ticket,
            lambda: reply(actor=actor, ticket_id=ticket.pk, text="We are on it.", at=at),
            rewrites=at < self.now,
        )

    @do.register
    def _(self, command: Customer) -> None:
        self.pass_time(command.wait)
        ticket = self.ticket(command.ticket)
        at = max(self.now - command.late, ticket.received_at)

        def receive() -> None:
            said = receive_message(
                actor=self.boss, ticket_id=ticket.pk, text="Thank you!" if command.thanks else "Any news?",
                occurred_at=at, is_machine=command.machine,
            )  # fmt: skip
            if said.ticket_id not in self.tickets:
                self.tickets.append(said.ticket_id)

        self.attempt(ticket, receive, rewrites=at < self.now)

    @do.register
    def _(self, command: Note) -> None:
        add_note(actor=self.ours[2], ticket_id=self.ticket(command.ticket).pk, text="Looks like the disk.")

    @do.register
    def _(self, command: Sweep) -> None:
        self.pass_time(command.wait)
        enforcing.tick(now=self.now)

    @do.register
    def _(self, command: Wake) -> None:
        waking = Ticket.objects.filter(pk__in=self.tickets, wake_at__isnull=False).order_by("wake_at")
        next_at = waking.values_list("wake_at", flat=True).first() or self.now
        self.pass_time(max(next_at - self.now, NOTHING) if command.wait is None else command.wait)
        wake_due(now=self.now)

    @do.register
    def _(self, command: Shift) -> None:
        who = some(self.ours, command.operator)
        Operator.objects.filter(user_id=who.user_id).update(on_shift=command.on)

    @do.register
    def _(self, command: Owed) -> None:
        ticket = self.ticket(command.ticket)
        kind = some(["BR", "KBD", "BYP"], command.which)
        if kind == "BR":
            missed = Clock.objects.filter(ticket=ticket, breach__isnull=False).order_by("pk").first()
            if missed:
                facts = {"clock": missed.kind, "cycle": missed.cycle, "clock_line": missed.line}
                self.note(ticket, EventType.REVIEWED, **facts)
        elif kind == "KBD":
            self.note(ticket, EventType.KNOWLEDGE_SETTLED, kb_state=some(["paid", "waived"], command.which))
        elif bypass := Bypass.objects.filter(ticket=ticket).order_by("pk").first():
            self.note(ticket, EventType.JUSTIFIED, bypass_id=bypass.pk)

    def note(self, ticket: Ticket, type_: EventType, **facts: Any) -> None:
        recording.record(ticket=ticket, type=type_, actor=self.lead, **facts)

    @do.register
    def _(self, command: Policy) -> None:
        """In force from then on; what runs keeps the terms it was given."""
        source = PolicyVersion.objects.latest("published_at")
        published_at = self.now + rulebook.PUBLICATION_DELAY
        version = PolicyVersion.objects.create(title="Changed", published_at=published_at)
        rows = [Target(**{**row, "id": None, "version_id": version.pk}) for row in source.targets.values()]
        for row in rows:
            row.seconds = command.seconds if row.kind == command.kind else row.seconds
        Target.objects.bulk_create(rows)
        rulebook.forget()
        self.pass_time(rulebook.PUBLICATION_DELAY)

    @do.register
    def _(self, command: Calendar) -> None:
        newest = CalendarVersion.objects.filter(key="RUBH").latest("pk")
        publishing_calendars.publish_calendar(
            actor=self.office,
            version=CalendarVersion(key="RUBH", title="Other hours", tz="Europe/Moscow", week=command.week),
            seen=newest.pk,
        )
        rulebook.forget()
        self.pass_time(rulebook.PUBLICATION_DELAY)
        recalculating.recalculate()
        self.rewritten = True

    @do.register
    def _(self, command: Apply) -> None:
        ticket = self.ticket(command.ticket)
        if ticket.state in OPEN:
            self.note(ticket, EventType.POLICY_APPLIED, mode=command.mode, reason="")
            self.rewritten = True


def leads_on(row: Move) -> bool:
    """Changes the state without ending the ticket."""
    itself = {"solved_by_customer", "self_recovered"}
    return bool(row.targets) and not {*row.targets} & {*TERMINAL, "spam"} and row.name not in itself
