"""Scenes that most tickets are made of. A player knows the ticket, the cast and the dice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from accounts.enums import Actor
from helpdesk.demo import rhythm
from helpdesk.demo.cast import MOSCOW, Cast
from helpdesk.demo.data_files import read
from helpdesk.demo.story import Story
from monitoring.enums import ProblemState
from monitoring.models import Problem
from monitoring.services import describing
from sla.engine.defaults import FACTORS, RESOLUTION, TALK
from sla.engine.terms import Kind
from tickets.enums import Channel, State

UPDATE_EARLY = 0.7
"""The customer hears from us after this share of the promised interval."""


class Player:
    """Carries one story from scene to scene. `brief` is its entry in the data files."""

    def __init__(self, story: Story, cast: Cast, rng: Random, brief: dict[str, Any]) -> None:
        self.story, self.cast, self.rng, self.brief = story, cast, rng, brief
        self.phrases = read("phrases.toml")[story.opening.language]
        self.heard_at = story.at
        self.problem: Problem | None = None

    def say(self, kind: str) -> str:
        text: str = self.rng.choice(self.phrases[kind])
        return text

    def somebody(self, line: int) -> Actor:
        return self.cast.somebody(line, self.story.at, self.rng)

    def reply(self, actor: Actor, text: str) -> None:
        self.story.reply(actor, text)
        self.heard_at = self.story.at

    # -- the beginning -------------------------------------------------------------------------------------------
    def answer_first(self) -> Actor:
        """Accept and write the first words; returns the operator who did."""
        story, phone = self.story, self.story.opening.channel == Channel.PHONE
        operator = self.cast.operator(self.brief["by"]) if "by" in self.brief else self.somebody(1)
        seconds = self.rng.uniform(5, 20) if phone else rhythm.first_answer(story.at, self.rng)
        accepted = seconds * self.rng.uniform(0.25, 0.6)
        story.wait(seconds=accepted)
        story.move("accept", operator)
        if not phone:
            story.wait(seconds=seconds - accepted)
            self.reply(operator, self.say("hello"))
        self.heard_at = story.at
        return operator

    def answer_alert(self) -> Actor:
        """On an alert the human accept is the first response."""
        operator = self.somebody(1)
        self.story.wait(seconds=rhythm.first_answer(self.story.at, self.rng))
        self.story.move("accept", operator)
        return operator

    def recovered(self) -> None:
        """Monitoring writes on its own ticket that the problem is over."""
        opening, problem = self.story.opening, self.problem
        if problem is None:
            return
        problem.state, problem.stamp, problem.opdata = ProblemState.RESOLVED, "1", ""
        problem.recovered_at = problem.updated_at = self.story.at
        with describing.desk_language():
            self.story.note(opening.actor, describing.recovery_note(problem))

    def classify(self, operator: Actor, line: int) -> None:
        brief, opening = self.brief, self.story.opening
        self.story.wait(seconds=self.rng.uniform(12, 55))
        self.story.move(
            "classify", operator, category=self.cast.categories[brief["cat"]], impact=brief["impact"],
            urgency=brief["urgency"], line=line, customer=opening.customer, service=opening.service,
            service_unknown="" if opening.service else "Не относится к одной услуге",
        )  # fmt: skip

    # -- work ----------------------------------------------------------------------------------------------------
    def at_work(self) -> Actor:
        """Whoever has the ticket; from a queue somebody of the line takes it first."""
        story = self.story
        if story.state == State.QUEUED:
            story.wait(seconds=self.rng.uniform(20, 130))
            story.move("take", self.somebody(story.ticket.line))
        owner = story.ticket.assignee_id
        return self.cast.by_user(owner)

    def work(self, minutes: float) -> Actor:
        """Time passes; the customer gets news before the promised interval ends."""
        interval = timedelta(minutes=TALK[Kind.PU][self.story.ticket.priority]) * UPDATE_EARLY
        until = self.story.at + timedelta(minutes=minutes)
        while self.heard_at + interval < until:
            self.story.until_at(self.heard_at + interval)
            self.reply(self.at_work(), self.say("update"))
        self.story.until_at(until)
        return self.at_work()

    def ask(self) -> None:
        """A question, the wait, the answer, and a word back within the promised time."""
        story, brief = self.story, self.brief
        story.move(
            "ask_customer", self.at_work(), reason="info", message=brief["ask"],
            resume_at=story.at + timedelta(hours=24),
        )  # fmt: skip
        story.wait(minutes=rhythm.answer_of_customer(self.rng))
        self.customer(brief["answer"])
        story.move("customer_answered", Actor.system())
        self.soon()

    def soon(self) -> None:
        """Answer the customer's last message in time."""
        self.at_work()
        self.story.wait(minutes=self.rng.uniform(0.05, 0.65) * TALK[Kind.NR][self.story.ticket.priority])
        self.reply(self.at_work(), self.say("thanks_answer"))

    def customer(self, text: str, *, thanks: bool = False) -> None:
        assert self.contact is not None
        self.story.customer_writes(self.contact, text, thanks=thanks)

    @property
    def contact(self) -> Actor | None:
        found = self.story.opening.contact
        return self.cast.contact(found.pk) if found else None

    def hand_up(self) -> None:
        reason = self.rng.choice(["no_instruction", "instruction_failed", "no_rights", "specialty"])
        done = self.brief.get("up") or self.phrases["done_so_far"]
        self.story.move("hand_up", self.at_work(), reason=reason, done=done)
        self.at_work()

    def hand_to_experts(self) -> None:
        self.story.move(
            "hand_to_experts", self.at_work(), reason="specialty",
            done=self.brief.get("up3") or self.phrases["done_so_far2"],
            search_query=self.story.ticket.subject[:80], search_outcome="none",
        )  # fmt: skip
        self.story.wait(seconds=self.rng.uniform(40, 240))
        self.at_work()

    def hand_back(self) -> None:
        self.story.move(
            "hand_back", self.at_work(), reason="routine_finish", next_step=self.phrases["next_step"]
        )
        self.at_work()

    def wait_for_vendor(self) -> None:
        story, hours = self.story, self.rng.uniform(1.5, 5)
        eta = story.at + timedelta(hours=hours)
        story.move(
            "ask_vendor", self.at_work(), reason=self.brief["vendor"],
            vendor_case=f"SR-{self.rng.randrange(10_000, 99_999)}", vendor_contract="UC-2026/04", vendor_eta=eta,
            resume_at=eta,
        )  # fmt: skip
        self.work_quietly(eta)
        story.move("vendor_answered", Actor.system())
        self.at_work()

    def wait_for_window(self) -> None:
        story = self.story
        opens = next_window(story.at)
        story.move(
            "schedule", self.at_work(), resume_at=opens, message=self.brief["agree"],
            approval="Согласовано уполномоченным лицом клиента письмом",
        )  # fmt: skip
        story.until_at(opens)
        story.move("window_opened", Actor.system())
        self.heard_at = story.at
        self.at_work()

    def work_quietly(self, until: datetime) -> None:
        """Waiting for somebody else: the customer still hears from us."""
        interval = timedelta(minutes=TALK[Kind.PU][self.story.ticket.priority]) * UPDATE_EARLY
        while self.heard_at + interval < until:
            self.story.until_at(self.heard_at + interval)
            self.reply(self.somebody(1), self.say("update"))
        self.story.until_at(until)

    def target_minutes(self) -> float:
        """The resolution time promised to this customer, in minutes."""
        ticket, contract = self.story.ticket, self.story.opening.contract
        kind = ticket.category.kind if ticket.category else ""
        minutes = RESOLUTION.get(kind, RESOLUTION[""]).get(ticket.priority, 240)
        return minutes * FACTORS.get(contract.tier if contract else "", 1.0)


def next_window(at: datetime) -> datetime:
    """The next three o'clock in the morning, Moscow time, at least an hour away."""
    local = (at + timedelta(hours=1)).astimezone(MOSCOW)
    opens = local.replace(hour=3, minute=0, second=0, microsecond=0)
    return (opens if opens > local else opens + timedelta(days=1)).astimezone(UTC)
