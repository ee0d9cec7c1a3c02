"""Sixty ordinary days, with the told stories in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from heapq import merge

from helpdesk.demo import openings, plots, rhythm, told
from helpdesk.demo.cast import MOSCOW
from helpdesk.demo.openings import Desk
from helpdesk.demo.scenes import Player
from helpdesk.demo.thread import Horizon

ALERTS, ALERTS_AT_NIGHT = 0.27, 0.6
NIGHT = frozenset({22, 23, *range(7)})
SPAM = 0.012


def live_through(desk: Desk) -> None:
    """Every arrival of the last sixty days, oldest first, and the told stories in between."""
    teller = told.Teller(desk, {})
    ordinary = ((at, None) for at in rhythm.arrivals(desk.now, desk.rng))
    special = sorted(told.stories(desk.now), key=lambda pair: pair[0])
    for at, brief in merge(ordinary, special, key=lambda pair: pair[0]):
        if brief:
            teller.tell(at, brief)
            continue
        hour = at.astimezone(MOSCOW).hour
        dice = desk.rng.random()
        if dice < SPAM:
            play(plots.play_spam, openings.spam(desk, at))
        elif dice < (ALERTS_AT_NIGHT if hour in NIGHT else ALERTS):
            play(plots.play_alert, openings.alert(desk, at))
        else:
            play(plots.play_request, openings.request(desk, at))


def play(plot: Callable[[Player], None], player: Player) -> None:
    """Play until the end or until now, whichever comes first."""
    with suppress(Horizon):
        plot(player)
    plots.hand_over_shift(player)
