"""After a bypass: its author says what was at stake, a shift lead judges it (§1.7 of the rules)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from tickets.enums import BypassVerdict, EventType
from tickets.models import Bypass, Ticket
from tickets.permissions import can_judge, can_justify
from tickets.services import recording

JUSTIFICATION_MIN = 30
NOTE_MAX = TEXT_MAX = 10_000
TOLD = (BypassVerdict.NOT_JUSTIFIED, BypassVerdict.REGULATION)
"""Verdicts that need a note: what should have been done, which rule should change."""


@transaction.atomic
def justify(*, actor: Actor, bypass_id: int, justification: str) -> Bypass:
    """What was at stake, what was skipped, what was done instead, in 30 characters or more.

    By the author, or by a shift lead while the author is away. May be corrected until it is judged; the clock stops
    with the first one.
    """
    bypass = _locked(actor, bypass_id)
    if not can_justify(actor, bypass):
        raise NotAllowed(_("Its author justifies a bypass, or a shift lead while the author is away."))
    if bypass.verdict:
        raise Conflict(_("This bypass has been judged: its justification stands as it is."))
    text = justification.replace("\x00", "").strip()
    if not JUSTIFICATION_MIN <= len(text) <= TEXT_MAX:
        raise Invalid(
            _("Say in 30 characters or more what was at stake, what was skipped and what was done instead."),
            field="justification",
        )
    is_first, now = bypass.justified_at is None, clock.now()
    bypass.justification, bypass.justified_by_id = text, actor.user_id
    bypass.justified_at = bypass.justified_at or now
    bypass.save(update_fields=["justification", "justified_by", "justified_at"])
    if is_first:
        recording.record(
            ticket=bypass.ticket, type=EventType.JUSTIFIED, actor=actor, occurred_at=now, bypass_id=bypass.pk,
            bypassed_at=bypass.at.isoformat(),
        )  # fmt: skip
    return bypass


@transaction.atomic
def judge(*, actor: Actor, bypass_id: int, verdict: str, note: str = "") -> Bypass:
    """The verdict of a shift lead who neither acted nor wrote the justification; once, and only on a justified one."""
    bypass = _locked(actor, bypass_id)
    if not can_judge(actor, bypass):
        raise NotAllowed(_("A shift lead judges a bypass, and nobody their own."))
    if bypass.justified_at is None:
        raise Conflict(_("It has to be justified first: by its author, or by a shift lead in their absence."))
    if bypass.verdict:
        raise Conflict(_("This bypass has been judged already."))
    if verdict not in BypassVerdict.values or not verdict:
        raise Invalid(_("Choose a verdict."), field="verdict")
    said = note.replace("\x00", "").strip()[:NOTE_MAX]
    if verdict in TOLD and not said:
        raise Invalid(_("Say what should have been done, or which rule should change and how."), field="note")
    bypass.verdict, bypass.verdict_note = verdict, said
    bypass.judged_by_id, bypass.judged_at = actor.user_id, clock.now()
    bypass.save(update_fields=["verdict", "verdict_note", "judged_by", "judged_at"])
    return bypass


def _locked(actor: Actor, bypass_id: int) -> Bypass:
    """The bypass with its ticket, both under their locks: the ticket first, as every move takes it."""
    known = Bypass.objects.filter(pk=bypass_id).values_list("ticket_id", flat=True).first()
    ticket = lock_one(Ticket.objects.visible_to(actor).select_related("category"), known or 0)
    if not actor.is_operator:
        raise NotAllowed
    bypass = lock_one(Bypass.objects.filter(ticket=ticket).select_related("user"), bypass_id)
    bypass.ticket = ticket
    return bypass
