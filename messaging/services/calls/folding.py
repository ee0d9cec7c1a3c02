"""Events of a call into its row: any number of times, in any order, always the same result."""

import phonenumbers
from django.db import transaction

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress, Operator
from accounts.services.addressing import HOME_REGION
from common import live
from messaging.enums import CallEventType, CallState
from messaging.models import Call, InboundMessage
from messaging.services.calls.events import CallEvent

# Where the browsers of those who take calls listen.
TAKERS = "line:1"


@transaction.atomic
def fold(inbound: InboundMessage, event: CallEvent) -> Call:
    """The call after this event, its row locked; browsers that show calls are rung."""
    at = event.happened(inbound.received_at)
    Call.objects.get_or_create(source=inbound.mailbox, call_id=event.call_id, defaults={"began_at": at})
    call = Call.objects.select_for_update(of=("self",)).get(source=inbound.mailbox, call_id=event.call_id)
    call.began_at = min(call.began_at, at)
    call.caller, call.caller_name = call.caller or event.caller, call.caller_name or event.caller_name
    call.dialled, call.recording_url = (
        call.dialled or event.dialled,
        event.recording_url or call.recording_url,
    )
    if event.type == CallEventType.QUEUED:
        call.queued_at = min(call.queued_at or at, at)
    elif event.type == CallEventType.ANSWERED:
        call.answered_at = min(call.answered_at or at, at)
    elif event.type in (CallEventType.ENDED, CallEventType.MISSED):
        call.ended_at = min(call.ended_at or at, at)
    if event.operator and (call.operator_id is None or event.type == CallEventType.ANSWERED):
        call.operator = operator_of(event.operator) or call.operator
    if call.contact_id is None and call.caller:
        call.contact = contact_of(call.caller)
    call.state = state_of(call)
    call.save()
    _ring(call)
    return call


def state_of(call: Call) -> CallState:
    """A call that ended without a person is missed, whatever its PBX calls it."""
    if call.ended_at is not None:
        return CallState.ENDED if call.answered_at else CallState.MISSED
    if call.answered_at is not None:
        return CallState.ANSWERED
    return CallState.QUEUED if call.queued_at else CallState.RINGING


def operator_of(name: str) -> Operator | None:
    """By the extension, else by the user name."""
    operators = Operator.objects.filter(user__is_active=True).select_related("user")
    return operators.filter(extension=name).first() or operators.filter(user__username=name).first()


def contact_of(caller: str) -> Contact | None:
    """Whose telephone this is, as the network shows it. A number can be forged: it proves nothing."""
    number = spelled(caller)
    known = ContactAddress.objects.filter(
        kind=AddressKind.PHONE, value=number, contact__is_active=True, contact__customer__is_active=True
    )
    found = known.select_related("contact").first() if number else None
    return found.contact if found else None


def spelled(caller: str) -> str:
    """E.164, or '' for what is no telephone number."""
    try:
        number = phonenumbers.parse(caller, HOME_REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _ring(call: Call) -> None:
    live.publish(TAKERS, "call", id=call.pk)
    if call.operator is not None:
        live.publish(f"operator:{call.operator.user_id}", "call", id=call.pk)
