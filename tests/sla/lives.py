"""The commands that random lives of tickets are made of, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tickets.enums import Channel

KINDS = {
    "EM.VM": (1, 2),
    "CR.RES": (2, 3),
    "MR.RST": (3, 2),
    "IR.HOW": (4, 3),
    "OC.GEN": (4, 3),
    "EM.NET": (1, 1),
}
"""Categories with an impact and an urgency that fit them."""
# Hours of a calendar as an administrator may change them in the middle of everything.
HOURS = (
    "Mon-Fri 09:00-18:00",
    "Mon-Sun 00:00-24:00",
    "Mon-Sat 10:00-14:00, Sun 22:00-23:30",
    "Tue 03:00-04:00",
)


@dataclass(frozen=True)
class Opening:
    tier: int
    flags: int
    channels: tuple[Channel, Channel]
    codes: tuple[str, str]


@dataclass(frozen=True)
class Possible:
    """A move that state, line and role allow; `onward` leaves out what ends the ticket or leaves its state alone."""

    ticket: int
    move: int
    actor: int
    values: int
    wait: timedelta
    onward: bool
    complete: bool
    bypass: bool


@dataclass(frozen=True)
class AnyMove:
    """Whatever the state, whoever asks, and with one value spoilt."""

    ticket: int
    move: int
    actor: int
    values: int
    spoilt: int
    bypass: bool


@dataclass(frozen=True)
class Create:
    channel: Channel
    priority: int
    code: int
    wait: timedelta
    late: timedelta


@dataclass(frozen=True)
class Reply:
    ticket: int
    actor: int
    wait: timedelta
    late: timedelta


@dataclass(frozen=True)
class Customer:
    """A message of the customer; a late one was received before things that we knew of earlier (rule R8)."""

    ticket: int
    wait: timedelta
    late: timedelta
    thanks: bool
    machine: bool


@dataclass(frozen=True)
class Note:
    ticket: int


@dataclass(frozen=True)
class Sweep:
    wait: timedelta


@dataclass(frozen=True)
class Wake:
    """After a while, or (None) when the next ticket has something to wake for."""

    wait: timedelta | None


@dataclass(frozen=True)
class Shift:
    operator: int
    on: bool


@dataclass(frozen=True)
class Owed:
    """Somebody does what the desk owes itself: a review, an article, the reason of a bypass."""

    ticket: int
    which: int


@dataclass(frozen=True)
class Policy:
    kind: str
    seconds: int | None


@dataclass(frozen=True)
class Calendar:
    week: str


@dataclass(frozen=True)
class Apply:
    ticket: int
    mode: str


def opening(seed: int) -> Opening:
    """The opening of a number; neighbouring numbers have nothing in common."""
    dice = Random(seed)
    codes = dice.choice(sorted(KINDS)), dice.choice(sorted(KINDS))
    return Opening(
        dice.randrange(3), dice.randrange(32), (dice.choice([*Channel]), dice.choice([*Channel])), codes
    )


def command(seed: int) -> object:
    """The command of a number: moves are what most of a life consists of."""
    dice = Random(seed)
    choice = dice.choices([*DRAWS], [weight for weight, _ in DRAWS.values()])[0]
    return DRAWS[choice][1](dice)


def wait(dice: Random) -> timedelta:
    """Mostly to just past some deadline."""
    usual = dice.choice([0, 1, 31, 61, 76, 91, 301, 901, 3601, 14_401, 90_000, 260_000])
    return timedelta(seconds=dice.choice([usual, dice.randrange(20_000)]))


def late(dice: Random) -> timedelta:
    return timedelta(seconds=dice.choice([0, 0, dice.randrange(8_000), 10**7]))


def often(dice: Random) -> bool:
    return dice.random() < 0.8


DRAWS: dict[type, tuple[int, Callable[[Random], object]]] = {
    Possible: (22, lambda d: Possible(n(d), n(d), n(d), n(d), wait(d), often(d), often(d), often(d))),
    Reply: (4, lambda d: Reply(n(d), n(d), wait(d), late(d))),
    Customer: (4, lambda d: Customer(n(d), wait(d), late(d), d.random() < 0.3, d.random() < 0.2)),
    Sweep: (4, lambda d: Sweep(wait(d))),
    AnyMove: (1, lambda d: AnyMove(n(d), n(d), n(d), n(d), n(d), often(d))),
    Create: (1, lambda d: Create(d.choice([*Channel]), n(d), n(d), wait(d), late(d))),
    Wake: (1, lambda d: Wake(d.choice([None, wait(d)]))),
    Note: (1, lambda d: Note(n(d))),
    Owed: (1, lambda d: Owed(n(d), n(d))),
    Shift: (1, lambda d: Shift(n(d), d.random() < 0.6)),
    Policy: (
        1,
        lambda d: Policy(d.choice(["FR", "NR", "PU", "RES", "KBD", "CN"]), d.choice([60, 900, 7200, None])),
    ),
    Calendar: (1, lambda d: Calendar(d.choice(HOURS))),
    Apply: (1, lambda d: Apply(n(d), d.choice(["from_change", "retro"]))),
}
"""How often each command comes, and how one is drawn."""


def n(dice: Random) -> int:
    return dice.randrange(60)
