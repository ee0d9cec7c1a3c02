"""How a request or an alert usually goes, from the first word to the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from accounts.enums import Actor
from helpdesk.demo.scenes import Player
from helpdesk.demo.story import Story
from tickets.enums import Channel
from tickets.services.guards.periods import auto_close_after

SLOW = 0.012
HANDED_BACK = 0.06
CONFIRMED = 0.5
REOPENED = 0.025
LONG_LINE1 = 4.0
PACE = {1: 0.27, 2: 0.45, 3: 0.8}
"""Lines that work by instructions need less of the time that the data files give."""
WRITTEN_TWICE = 0.012
WITHDRAWN = 0.05
PASSED_BY_ITSELF = 0.08


def play_request(player: Player) -> None:
    """A customer's request through the lines it needs."""
    brief = player.brief
    line = brief.get("line") or (1 if "up" in brief else player.cast.categories[brief["cat"]].default_line)
    operator = player.answer_first()
    player.classify(operator, line)
    if player.rng.random() < WRITTEN_TWICE and "up" not in brief:
        duplicate(player, operator)
    player.at_work()
    if "note" in brief:
        player.story.wait(seconds=player.rng.uniform(20, 90))
        player.story.note(player.at_work(), brief["note"])
    if "up" in brief and line == 1:
        player.work(player.rng.uniform(1.5, LONG_LINE1))
        player.hand_up()
    if "up3" in brief and player.story.ticket.line == 2:
        player.work(player.rng.uniform(3, 9))
        player.hand_to_experts()
    if "ask" in brief and player.story.ticket.priority > 1 and player.rng.random() < 0.8:
        player.ask()
    _finish(player)


def play_alert(player: Player) -> None:
    """An alert: a person accepts it, the customer hears of it from us, then it is repaired."""
    story, brief, rng = player.story, player.brief, player.rng
    if rng.random() < PASSED_BY_ITSELF:
        story.wait(seconds=rng.uniform(15, 24))
        player.recovered()
        story.move("self_recovered", story.opening.actor)
        silence(player)
        return
    operator = player.answer_alert()
    if rng.random() < WITHDRAWN:
        story.wait(seconds=rng.uniform(60, 240))
        story.note(operator, player.phrases["false_alarm"])
        story.move("cancel", operator, reason="false_alarm")
        return
    story.wait(seconds=rng.uniform(40, 200))
    if story.ticket.customer_id:
        player.reply(operator, brief["notice_ru" if story.opening.language == "ru" else "notice_en"])
    player.classify(operator, brief.get("line", 1))
    player.at_work()
    _finish(player)


def play_spam(player: Player) -> None:
    """Advertising: taken, looked at, put away."""
    operator = player.somebody(1)
    player.story.wait(seconds=player.rng.uniform(8, 50))
    player.story.move("accept", operator)
    player.story.wait(seconds=player.rng.uniform(4, 20))
    player.story.move("mark_spam", operator)


def duplicate(player: Player, operator: Actor) -> None:
    """The same person writes again through another door; both tickets become one."""
    first = player.story
    first.wait(seconds=player.rng.uniform(5, 60))
    opening = replace(
        first.opening, at=first.at, channel=Channel.MAIL, subject=f"Re: {first.ticket.subject}",
        body=player.say("still_there"), category=None, answered_at=None,
    )  # fmt: skip
    second = Story(first.rows, first.until, opening)
    second.wait(seconds=player.rng.uniform(10, 40))
    second.move("accept", operator)
    second.wait(seconds=player.rng.uniform(8, 30))
    second.reply(operator, player.phrases["joining"].format(number=first.ticket.number))
    second.move("merge", operator, target=first.ticket, leak_checked=True)
    first.joined_by(operator, second)


def _finish(player: Player) -> None:
    brief, rng = player.brief, player.rng
    flow = brief.get("flow")
    if flow == "vendor":
        player.wait_for_vendor()
    elif flow == "window":
        player.wait_for_window()
    minutes = rng.uniform(*brief["minutes"]) * PACE[player.story.ticket.line]
    if rng.random() < SLOW:
        minutes = max(minutes, player.target_minutes() * rng.uniform(1.02, 1.35))
    if player.story.ticket.line == 2 and not flow and rng.random() < HANDED_BACK:
        player.work(minutes / 2)
        player.hand_back()
        minutes /= 2
    player.work(minutes)
    player.recovered()
    resolve(player, brief.get("done") or brief[f"done_{player.story.opening.language}"])
    _end(player)


def resolve(player: Player, text: str) -> None:
    """With the instruction that was used, or saying that there is nothing to write down."""
    article = player.cast.articles.get(player.brief.get("article", ""))
    used = {"article": article} if article else {"waive": player.phrases["waive"]}
    player.story.move("resolve", player.at_work(), resolution_code=player.brief["code"], message=text, **used)


def _end(player: Player) -> None:
    """Confirmed by the customer, come back, or closed by silence."""
    story, rng, contact = player.story, player.rng, player.contact
    if contact is None:
        silence(player)
        return
    if rng.random() < REOPENED:
        story.wait(minutes=rng.uniform(20, 600))
        text = player.say("again")
        player.customer(text)
        story.move("reopen", contact, reason="not_fixed")
        player.soon()
        player.work(rng.uniform(8, 25))
        resolve(player, player.say("again_done"))
    if rng.random() < CONFIRMED:
        story.wait(minutes=rng.uniform(3, 900))
        if rng.random() < 0.4:
            player.customer(player.say("thanks"), thanks=True)
        story.move("confirm", contact)
    else:
        silence(player)


def silence(player: Player) -> None:
    """Nobody objects, so the ticket closes by itself."""
    player.story.wait(seconds=auto_close_after(player.story.ticket).total_seconds())
    player.story.move("auto_close", Actor.system())


def hand_over_shift(player: Player) -> None:
    """At the end of a shift open work goes to a colleague who is there (T09)."""
    story = player.story
    owner = story.ticket.assignee_id
    here = {actor.user_id for actor in player.cast.on_duty(story.ticket.line, story.until)}
    if story.state != "in_progress" or owner in here:
        return
    story.at = max(story.at, story.until - timedelta(minutes=player.rng.uniform(5, 40)))
    colleague = player.cast.somebody(story.ticket.line, story.until, player.rng)
    story.move("reassign", player.cast.operator("lead"), reason="shift_change", assignee=colleague.user_id)
