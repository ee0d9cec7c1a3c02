"""What each ticket state does to each clock (domain §1.2), on one screen."""

from __future__ import annotations

from enum import StrEnum


class Does(StrEnum):
    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"
    CANCEL = "cancel"
    KEEP = "keep"


RUN, PAUSE, STOP, CANCEL, KEEP = Does.RUN, Does.PAUSE, Does.STOP, Does.CANCEL, Does.KEEP

OPEN = frozenset(
    {"new", "triage", "queued", "in_progress", "pending_customer", "pending_vendor", "pending_window", "spam"}
)
PENDING = frozenset({"pending_customer", "pending_vendor", "pending_window"})
TERMINAL = frozenset({"closed", "cancelled", "merged"})

RESOLUTION = {
    "new": RUN,
    "triage": RUN,
    "queued": RUN,
    "in_progress": RUN,
    "pending_customer": PAUSE,  # keeps running for P1 unless the contract says otherwise
    "pending_vendor": RUN,  # pauses if the contract says so
    "pending_window": PAUSE,
    "resolved": STOP,
    "closed": STOP,
    "cancelled": CANCEL,
    "spam": RUN,  # hidden
    "merged": CANCEL,
}
NEXT_RESPONSE = RESOLUTION | {"pending_vendor": RUN, "pending_window": RUN}
PERIODIC = NEXT_RESPONSE | {"pending_window": PAUSE}
NOTICE = dict.fromkeys(OPEN, RUN) | {"resolved": STOP, "closed": STOP, "cancelled": CANCEL, "merged": CANCEL}
GOAL = NOTICE | {"pending_customer": PAUSE}
FIRST_RESPONSE = dict.fromkeys(OPEN, RUN) | {
    "resolved": STOP,
    "closed": STOP,
    "cancelled": CANCEL,
    "merged": KEEP,
}

OLA_ACCEPT = frozenset({"new", "queued"})
OLA_WORK = frozenset({"triage", "in_progress"})
