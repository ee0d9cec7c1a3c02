"""From the events of a call to a ticket: answered, it is one with its first response; missed, one to call back."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import Operator
from accounts.queries import contact_actor, operator_actor
from messaging.enums import CallEventType, CallState, InboundState
from messaging.models import Call, InboundMessage
from messaging.services import probing, settling
from messaging.services.calls.events import CallEvent, parse_event
from messaging.services.calls.folding import fold
from tickets.enums import Channel, EventType, MessageKind
from tickets.models import Ticket
from tickets.services import informing, recording
from tickets.services.creating import create_ticket
from tickets.services.moving import available, move
from tickets.services.noting import add_note

# R29: a missed call is called back within this time of its end.
CALL_BACK_WITHIN = timedelta(minutes=5)
# Who waited longer has met a broken promise; who hung up earlier only has to be called back (§2.4 of the rules).
PROMISE = timedelta(seconds=90)


def read(inbound: InboundMessage) -> CallEvent:
    """Raises `UnreadableEventError`."""
    return parse_event(bytes(inbound.raw))


def route(inbound: InboundMessage, event: CallEvent) -> None:
    """Fold the event into its call, and let the call have its ticket. Runs under the message's lock."""
    if event.type == CallEventType.PROBE:
        if probing.recognise(event.mark):
            settling.discard(inbound)
        else:
            settling.settle(inbound, state=InboundState.IGNORED, reason="probe of somebody else")
        return
    call = fold(inbound, event)
    if not call.ticket_ref and call.state in (CallState.ANSWERED, CallState.ENDED, CallState.MISSED):
        ticket = _missed(call) if call.state == CallState.MISSED else _answered(call)
        call.ticket_ref = ticket.number
        call.save(update_fields=["ticket_ref"])
    elif call.ticket_ref:
        _goes_on(call, event)
    settling.settle(
        inbound, state=InboundState.ROUTED, routed_to=call.ticket_ref, told=(call.caller or "?", event.type)
    )  # fmt: skip


def _answered(call: Call) -> Ticket:
    """Whoever answered has the ticket, too, where the life cycle lets them accept one."""
    actor = _actor_of(call.operator)
    ticket = create_ticket(
        actor=actor, received_at=call.queued_at or call.began_at, answered_at=call.answered_at,
        details={"call_id": call.pk}, **_common(call, _("Call from %(who)s")),
    )  # fmt: skip
    if any(row.name == "accept" for row in available(ticket, actor)) and actor.is_operator:
        move(actor=actor, ticket_id=ticket.pk, transition="accept", at=call.answered_at)
    return ticket


def _missed(call: Call) -> Ticket:
    """Somebody has to call back: due within five minutes of the call's end."""
    began, ended = call.queued_at or call.began_at, call.ended_at or call.began_at
    waited = max(ended - began, timedelta())
    given_up = waited <= PROMISE
    received = ended if given_up else began
    due_in = CALL_BACK_WITHIN if given_up else CALL_BACK_WITHIN + waited
    ticket = create_ticket(
        actor=_caller(call), received_at=received, acknowledge=False,
        details={"call_id": call.pk, "abandoned": given_up, "call_back_s": round(due_in.total_seconds())},
        **_common(call, _("Missed call from %(who)s: call back")),
    )  # fmt: skip
    informing.tell(ticket, "R29", key=f"missed:{ticket.pk}")
    return ticket


def _common(call: Call, subject: str) -> dict[str, Any]:
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "subject": subject % {"who": _who(call)},
            "body": _told(call),
            "channel": Channel.PHONE,
            "contact": call.contact,
            "dedup_key": f"call:{call.source_id}:{call.call_id}",
        }


def _who(call: Call) -> str:
    name = call.contact.name if call.contact else call.caller_name
    return f"{name} ({call.caller})" if name and call.caller else name or call.caller or _("a hidden number")


def _told(call: Call) -> str:
    """The call as the first message of its ticket."""
    lines = [
        _("Call from %(who)s to %(number)s.")
        % {"who": _who(call), "number": call.dialled or call.source.name or "?"},
        _("In the queue since %(at)s.") % {"at": _clock(call.queued_at or call.began_at)},
    ]
    if call.answered_at:
        name = call.operator.user.name if call.operator else _("somebody")
        lines.append(_("Answered at %(at)s by %(name)s.") % {"at": _clock(call.answered_at), "name": name})
    elif call.ended_at:
        lines.append(_("Hung up at %(at)s, nobody had answered.") % {"at": _clock(call.ended_at)})
    return "\n".join(lines)


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i:s")


def _goes_on(call: Call, event: CallEvent) -> None:
    """What came after the ticket: an answer that overtook nothing, the end of the talk, the recording."""
    ticket = Ticket.objects.select_for_update(of=("self",)).get(number=call.ticket_ref)
    if event.type == CallEventType.ANSWERED and ticket.first_response_at is None and call.answered_at:
        # The events came out of order: the call had been answered before it was taken for missed.
        ticket.first_response_at = call.answered_at
        ticket.version += 1
        ticket.save(update_fields=["first_response_at", "version", "updated_at"])
        recording.record(
            ticket=ticket, type=EventType.MESSAGE, actor=_actor_of(call.operator), occurred_at=call.answered_at,
            kind=MessageKind.REPLY, public=True, human=True, channel=Channel.PHONE,
        )  # fmt: skip
    with translation.override(settings.LANGUAGE_CODE):
        if event.type == CallEventType.RECORDING and event.recording_url:
            text = _("Recording of the call: %(url)s") % {"url": event.recording_url}
        elif event.type == CallEventType.ENDED and call.answered_at and call.ended_at:
            minutes, seconds = divmod(int((call.ended_at - call.answered_at).total_seconds()), 60)
            text = _("The call has ended, it took %(time)s.") % {
                "time": f"{max(minutes, 0)}:{max(seconds, 0):02d}"
            }
        else:
            return
    add_note(actor=Actor.system(), ticket_id=ticket.pk, text=text)


def _actor_of(operator: Operator | None) -> Actor:
    """Who answered. A telephone that is nobody's was still picked up by a person."""
    return operator_actor(operator, operator.user) if operator else Actor.system()


def _caller(call: Call) -> Actor:
    return (
        contact_actor(call.contact)
        if call.contact
        else Actor.stranger(call.caller_name or call.caller or "?")
    )
