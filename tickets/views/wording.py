"""What buttons, clocks and log lines say. Words only: no query, no rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tickets import enums
from tickets.enums import EventType
from tickets.models import TicketEvent

L = gettext_lazy


@dataclass(frozen=True, slots=True)
class MoveWords:
    """How a move is offered. `main` moves are buttons of their own, the others stand in the menu."""

    verb: str | Promise
    icon: str
    tone: str = ""
    main: bool = False
    key: str = ""
    explain: str | Promise = ""


MOVES: dict[str, MoveWords] = {
    "accept": MoveWords(L("Accept"), "check", "main", True, "KeyG", L("It is yours; the customer still waits for your first words.")),
    "classify": MoveWords(L("Classify"), "tag", "main", True, "KeyC", L("What it is about, how much it hurts, and which line works on it.")),
    "take": MoveWords(L("Take"), "check", "main", True, "KeyG"),
    "resolve": MoveWords(L("Resolve"), "check-circle", "good", True, "KeyE", L("The customer gets your text and is asked to check.")),
    "hand_up": MoveWords(L("To line 2"), "up", "", True, "KeyU", L("Line 2 sees what you write here, so that it does not begin anew.")),
    "hand_to_experts": MoveWords(L("To line 3"), "up", "", True, "KeyU", L("The experts see what you write here.")),
    "skip_to_experts": MoveWords(L("Straight to line 3"), "skip-up", "", False, "", L("For critical tickets, past line 2.")),
    "hand_back": MoveWords(L("Hand back"), "down", "", False, "", L("One line back, with a concrete next step.")),
    "reassign": MoveWords(L("Reassign"), "swap", "", False, "", L("To a colleague of the same line, or back to its queue.")),
    "ask_customer": MoveWords(L("Ask the customer"), "question", "", True, "", L("The clock pauses until the answer.")),
    "customer_answered": MoveWords(L("The customer answered"), "play", "main", True),
    "ask_vendor": MoveWords(L("Wait for a vendor"), "truck", "", False, "", L("The promise to the customer goes on unless the contract says otherwise.")),
    "vendor_answered": MoveWords(L("The vendor answered"), "play", "main", True),
    "schedule": MoveWords(L("Schedule works"), "calendar", "", False, "", L("The clock pauses until the window agreed with the customer.")),
    "window_opened": MoveWords(L("Begin the works"), "play", "main", True),
    "reopen": MoveWords(L("Reopen"), "undo", "", True, "", L("The same clock goes on.")),
    "reopen_closed": MoveWords(L("Reopen"), "undo", "", True, "", L("A new resolution clock starts.")),
    "merge": MoveWords(L("Merge into…"), "merge", "", False, "", L("This ticket ends; its messages are read in the other one.")),
    "unmerge": MoveWords(L("Undo the merge"), "undo", "", True),
    "link_to_major": MoveWords(L("Link to a major incident"), "link", "", False, "", L("Updates and the solution come from there.")),
    "cancel": MoveWords(L("Cancel the ticket"), "ban", "bad", False, "", L("Nothing will be done.")),
    "restore": MoveWords(L("Restore"), "undo", "", True),
    "mark_spam": MoveWords(L("Spam"), "ban", "bad"),
    "not_spam": MoveWords(L("Not spam"), "undo", "main", True),
    "reclassify": MoveWords(L("Reclassify"), "tag", "", False, "", L("The clocks are worked out again by the rules of the reason.")),
    "form_group": MoveWords(L("Form a working group"), "users", "", False, "", L("The assignee stays the single owner.")),
    "set_major": MoveWords(L("Major incident"), "siren", "", False, "", L("Propose it, declare it, or say that it is over.")),
}  # fmt: skip

# Two or three words a clock carries in the queue; the long form is its tooltip.
CLOCKS: dict[str, tuple[str | Promise, str | Promise]] = {
    "FR": (L("first answer"), L("First answer of a person to the customer")),
    "NR": (L("answer"), L("Answer to the customer's last message")),
    "PU": (pgettext_lazy("clock", "update"), L("Regular word to the customer")),
    "RES": (L("solution"), L("Solution")),
    "OLA_A": (L("accept"), L("The line accepts the ticket")),
    "OLA_W": (L("line's work"), L("The line's share of the time")),
    "CN": (L("notice"), L("Telling or calling back the customer")),
    "UC": (L("vendor"), L("The vendor's answer")),
    "G15": (L("15 minutes"), L("Our own goal: solved within 15 minutes")),
    "BR": (L("review"), L("Review of the breach")),
    "KBD": (L("article"), L("Knowledge article")),
    "BYP": (L("reason for the bypass"), L("Reason for the bypass")),
}
# What we owe ourselves afterwards: late is late, but no promise to the customer is broken.
OWED = ("BR", "KBD", "BYP")
# Seconds left at which a clock turns amber and red; the solution clock goes by shares of its length.
WARN_AT: dict[str, tuple[int, int]] = {
    "FR": (60, 30),
    "OLA_A": (60, 20),
    "OLA_W": (180, 60),
    "NR": (600, 180),
    "PU": (300, 60),
    "CN": (120, 45),
    "UC": (1800, 600),
    "G15": (300, 60),
}

REASONS: tuple[type[Choices], ...] = (
    enums.UpReason, enums.DownReason, enums.CustomerPendingReason, enums.VendorPendingReason, enums.CancelReason,
    enums.ReopenReason, enums.ReclassifyReason, enums.ReassignReason, enums.ResolutionCode,
)  # fmt: skip


def verb(name: str) -> str:
    found = MOVES.get(name)
    return str(found.verb) if found else name.replace("_", " ")


def outcome(name: str) -> str:
    """A move that has been made, for the note that says so."""
    return str(MOVED.get(name) or verb(name))


def clock_name(kind: str) -> str:
    return str(CLOCKS[kind][0]) if kind in CLOCKS else kind


def reason_label(code: str) -> str:
    """The words of a reason code, whichever list it is from."""
    for choices in REASONS:
        for value in choices:
            if value.value == code:
                return str(value.label)
    return code


def _state(code: Any) -> str:
    return str(enums.State(code).label) if code in enums.State.values else str(code or "")


# Lazy patterns are filled when a line is read, in the reader's language.
MOVED: dict[str, str | Promise] = {
    "accept": L("accepted the ticket"),
    "take": L("took the ticket"),
    "classify": L("classified the ticket"),
    "hand_up": L("handed it to line 2"),
    "hand_to_experts": L("handed it to line 3"),
    "skip_to_experts": L("handed it straight to line 3"),
    "hand_back": L("handed it back"),
    "reassign": L("reassigned it"),
    "ask_customer": L("waits for the customer"),
    "customer_answered": L("the customer answered, work goes on"),
    "ask_vendor": L("waits for the vendor"),
    "vendor_answered": L("the vendor answered, work goes on"),
    "schedule": L("scheduled the works"),
    "window_opened": L("the window opened, work goes on"),
    "resolve": L("resolved the ticket"),
    "self_recovered": L("monitoring saw it recover"),
    "confirm": L("confirmed the solution"),
    "solved_by_customer": L("says it is solved"),
    "auto_close": L("closed after the waiting time"),
    "reopen": L("reopened the ticket"),
    "recurred": L("it happened again: reopened"),
    "reopen_closed": L("reopened the closed ticket"),
    "auto_resolve": L("resolved for lack of an answer"),
    "merge": L("merged it into another ticket"),
    "unmerge": L("undid the merge"),
    "cancel": L("cancelled the ticket"),
    "absorb": L("an incident explains it: cancelled"),
    "mark_spam": L("marked it as spam"),
    "not_spam": L("said it is not spam"),
    "restore": L("restored the ticket"),
}


def _moved(p: dict[str, Any]) -> str:
    return outcome(str(p.get("transition", "")))


def _escalated(p: dict[str, Any]) -> str:
    names = {"clock": clock_name(str(p.get("clock", ""))), "threshold": p.get("threshold", "")}
    if is_breach(p):
        return _("“%(clock)s”: the deadline has passed") % names
    if p.get("clock") in OWED and p.get("threshold") == 100:
        return _("“%(clock)s” is overdue") % names
    if p.get("clock") == "FR":
        return _("“%(clock)s”: %(threshold)s seconds without an answer") % names
    return _("“%(clock)s”: %(threshold)s %% of the time is used") % names


def is_breach(p: dict[str, Any]) -> bool:
    return bool(p.get("is_breach"))


def _major(p: dict[str, Any]) -> str:
    state = p.get("major_state", "")
    label = enums.MajorState(state).label if state in enums.MajorState.values else state
    return _("major incident: %(state)s") % {"state": label}


def _alert(p: dict[str, Any]) -> str:
    return _("monitoring: %(what)s") % {"what": p.get("name") or p.get("text") or p.get("kind") or ""}


def _settled(p: dict[str, Any]) -> str:
    told: dict[str, str | Promise] = {
        enums.KbState.PAID: L("settled the knowledge debt"),
        enums.KbState.STUB: L("began the article"),
        enums.KbState.OWED: L("asked for an article"),
        enums.KbState.WAIVED: L("agreed that there is nothing to write"),
    }
    return str(told.get(str(p.get("kb_state")), enums.EventType.KNOWLEDGE_SETTLED.label))


TELLERS: dict[str, Callable[[dict[str, Any]], str]] = {
    EventType.CREATED: lambda p: _("opened the ticket"),
    EventType.MOVED: _moved,
    EventType.MESSAGE: lambda p: _("wrote to the customer") if p.get("kind") == "reply" else _("wrote a note")
    if p.get("kind") == "note" else _("wrote"),
    EventType.RECLASSIFIED: lambda p: _("reclassified: %(category)s, P%(priority)s")
    % {"category": p.get("category") or "–", "priority": p.get("priority")},
    EventType.MERGED_IN: lambda p: _("merged ticket %(number)s into this one") % {"number": p.get("source", "")},
    EventType.UNMERGED: lambda p: _("took ticket %(number)s out again") % {"number": p.get("source", "")},
    EventType.ESCALATED: _escalated,
    EventType.ALERT: _alert,
    EventType.ARTICLE_LINKED: lambda p: _("used instruction %(code)s") % {"code": p.get("article", "")},
    EventType.KNOWLEDGE_SEARCHED: lambda p: _("searched the knowledge base for “%(query)s”") % {"query": p.get("query", "")},
    EventType.WORKING_GROUP: lambda p: _("formed a working group"),
    EventType.MAJOR: _major,
    EventType.LINKED: lambda p: (_("took it off incident %(number)s") if p.get("undone") else _("linked it to incident %(number)s"))
    % {"number": p.get("parent", "")},
    EventType.BYPASSED: lambda p: _("acted against a rule (%(guards)s)") % {"guards": ", ".join(p.get("guards", []))},
    EventType.REMINDED: lambda p: _("the customer was reminded"),
    EventType.POLICY_APPLIED: lambda p: _("applied new promises, version %(version)s") % {"version": p.get("version", "–")},
    EventType.REVIEWED: lambda p: _("reviewed the missed promise “%(clock)s”") % {"clock": clock_name(str(p.get("clock", "")))},
    EventType.JUSTIFIED: lambda p: _("justified the bypass"),
    EventType.KNOWLEDGE_SETTLED: _settled,
}  # fmt: skip


def tell(event: TicketEvent) -> str:
    """What happened, in a few words that follow the name of who did it."""
    teller = TELLERS.get(event.type)
    return teller(event.payload) if teller else str(event.get_type_display())


def more(event: TicketEvent) -> str:
    """The particulars of an event: reason, what was done, where it went."""
    p = event.payload
    parts = [reason_label(str(p["reason"])) if p.get("reason") else ""]
    if p.get("resolution_code"):
        parts.append(reason_label(str(p["resolution_code"])))
    if event.type == EventType.KNOWLEDGE_SETTLED:
        parts.append(str(p.get("article") or ""))
    parts += [
        str(p.get(key) or "")
        for key in ("for", "done", "next_step", "why", "waive", "approval", "target", "vendor_case")
    ]
    return " · ".join(part for part in parts if part)


def rule(name: str) -> str:
    """What a guard asks for, in words."""
    return str(enums.Guard(name).label) if name in enums.Guard.values else name


def tone(event: TicketEvent) -> str:
    """Colour of the line in the thread: bad for a missed promise or a bypass, warn for what came near."""
    if event.type == EventType.ESCALATED:
        return "bad" if is_breach(event.payload) else "warn"
    if event.type in (EventType.BYPASSED, EventType.MAJOR):
        return "warn"
    return ""


def change(event: TicketEvent) -> str:
    """The state and line an event led to, when it changed them."""
    p = event.payload
    if p.get("from_state") in (None, p.get("state")) and p.get("line_from") in (None, p.get("line")):
        return ""
    return _("%(before)s → %(after)s, line %(line)s") % {
        "before": _state(p.get("from_state")),
        "after": _state(p.get("state")),
        "line": p.get("line"),
    }
