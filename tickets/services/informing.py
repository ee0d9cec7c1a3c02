"""What the customer is told, and by which way out. Everything leaves through the outbox."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.enums import Actor
from messaging.enums import Channel
from messaging.services.html_mail import html_of
from messaging.services.sending import Draft, enqueue_all
from messaging.services.telegram.carrying import REPLY_HEADER
from messaging.services.telegram.splitting import split
from tickets.enums import Channel as TicketChannel
from tickets.enums import Priority
from tickets.models import Attachment, Message, ReplyTemplate, Ticket
from tickets.services import reaching
from tickets.services.filling import fill
from tickets.services.reaching import Way

AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
# Larger files stay in the portal: many mail servers refuse more.
FILES_MAX_BYTES = 15 * 1024 * 1024
# Only these open a conversation under a subject of their own; everything else stays in the customer's thread.
TITLED = frozenset({"R01", "R21", "R29"})
URGENT = (Priority.P1, Priority.P2)


def link_to(ticket: Ticket) -> str:
    """The request in the portal, by the configured address and never by a request's Host header."""
    return f"{settings.BASE_URL}/portal/requests/{ticket.number}/"


def send_message(ticket: Ticket, message: Message) -> None:
    """Queue a public message for the customer; nothing happens when no way to them is known."""
    ways = reaching.ways_to(ticket)
    if not ways:
        return
    with translation.override(ticket.language):
        context = {
            "message": message,
            "link": link_to(ticket),
            "ticket": ticket,
            "signature": _signature(ticket),
        }
        mail = render_to_string("mail/reply.txt", context).strip() + "\n"
    texts: dict[str, str] = {Channel.MAIL: mail, Channel.TELEGRAM: message.text}
    marks = {} if message.is_human else AUTOMATIC
    _put(
        ticket,
        f"message:{message.pk}",
        ways,
        texts,
        html=html_of(mail, markdown=True),
        files=list(message.attachments.all()),
        headers=marks,
    )


def acknowledge(ticket: Ticket) -> None:
    """R01: the automatic receipt, or R21 where a closed request goes on. It never counts as a first response.

    It repeats nothing the sender wrote: under a forged address it must not carry somebody's advertisement.
    """
    tell(ticket, "R21" if ticket.follow_up_of_id else "R01", key=f"ack:{ticket.pk}")


def remind(ticket: Ticket, number: int) -> None:
    """R10: the first or second reminder that we wait for an answer."""
    tell(ticket, "R10", key=f"remind:{ticket.pk}:{ticket.version}:{number}")


def tell_merged(ticket: Ticket, survivor: Ticket) -> None:
    """R22: the requests were joined; answers to either land on the survivor."""
    tell(ticket, "R22", key=f"merged:{ticket.pk}:{survivor.pk}", survivor=survivor.number)


def tell_moved(ticket: Ticket, *, transition: str, priority_from: int) -> None:
    """What a customer hears of a move by itself (§6 of the rules, column «sent»)."""
    code = _code_of(ticket, transition, priority_from)
    if code and not ticket.is_outbound and ticket.channel != TicketChannel.MONITORING:
        tell(ticket, code, key=f"moved:{ticket.pk}:{ticket.version}:{code}")


def _code_of(ticket: Ticket, transition: str, priority_from: int) -> str:
    if transition == "hand_up" and ticket.priority in URGENT:
        return "R06"
    if transition in ("hand_to_experts", "skip_to_experts") and ticket.priority in URGENT:
        return "R07"
    if transition == "reclassify" and ticket.priority != priority_from:
        return "R23"
    return MOVED.get(transition, "")


MOVED = {
    "auto_resolve": "R11",
    "window_opened": "R14",
    "confirm": "R19",
    "solved_by_customer": "R19",
    "auto_close": "R19",
    "reopen": "R20",
    "reopen_closed": "R20",
}


def tell(ticket: Ticket, code: str, *, key: str, **values: str) -> None:
    """Send one automatic template in the customer's language, unless it is switched off."""
    ways = reaching.ways_to(ticket)
    template = ReplyTemplate.objects.filter(code=code, is_active=True).first() if ways else None
    if template is None:
        return
    title, source = template.in_language(ticket.language)
    with translation.override(ticket.language):
        text = fill(source, values_of(ticket) | values, leave_out=True)
    signature = _signature(ticket)
    mail = f"{text}\n\n--\n{signature}\n" if signature else f"{text}\n"
    subject = title if code in TITLED else ticket.subject
    _put(ticket, key, ways, {Channel.MAIL: mail, Channel.TELEGRAM: text}, subject=subject, headers=AUTOMATIC)


def values_of(ticket: Ticket, actor: Actor | None = None) -> dict[str, str]:
    """The names a template may use (§6 of the rules), '' where nothing is known. In the active language."""
    zone = reaching.zone_of(ticket.contact, ticket.customer)
    due = ticket.next_due_at if ticket.next_due_kind == "RES" else None
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "contact": ticket.contact.name if ticket.contact else "",
        "service": ticket.service.name if ticket.service else "",
        "priority": str(ticket.get_priority_display()),
        "line": str(ticket.line),
        "engineer": actor.name if actor else (ticket.assignee.name if ticket.assignee else ""),
        "due": _moment(due, zone) if due else "",
        "link": link_to(ticket),
    }


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = timezone.localtime(at, zone)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {date_format(local, 'H:i')} ({local:%Z})"


def _signature(ticket: Ticket) -> str:
    return ticket.customer.signature.strip() if ticket.customer else ""


def _put(
    ticket: Ticket,
    key: str,
    ways: list[Way],
    texts: Mapping[str, str],
    *,
    subject: str = "",
    html: str = "",
    files: list[Attachment] | None = None,
    headers: Mapping[str, str],
) -> None:
    """One message by the first way, with the others behind it."""
    first, *others = ways
    kept, left = _that_travel(files or [])
    texts = {channel: text + _left_out(ticket, left) for channel, text in texts.items()}
    whole = Draft(
        key=key,
        to=first.to,
        channel=first.channel,
        subject=f"[{ticket.number}] {subject or ticket.subject}",
        text=texts[first.channel],
        html=html if first.channel == Channel.MAIL else "",
        ticket_ref=ticket.number,
        headers=headers,
        sender=reaching.sender_for(ticket.customer),
        fallbacks=[_other(ticket, way, texts[way.channel], html, kept) for way in others],
        not_before=reaching.quiet_until(ticket),
        files=kept,
    )
    enqueue_all([whole] if first.channel == Channel.MAIL else _for_chat(ticket, whole))


def _other(ticket: Ticket, way: Way, text: str, html: str, files: list[dict[str, str]]) -> dict[str, Any]:
    """A way for when the first one fails. A chat that stands in for mail names the files instead of carrying them."""
    if way.channel == Channel.MAIL:
        return {"channel": way.channel, "to": way.to, "text": text, "html": html, "files": files}
    named = _left_out(ticket, [file["name"] for file in files])
    return {"channel": way.channel, "to": way.to, "text": text + named}


def _for_chat(ticket: Ticket, whole: Draft) -> list[Draft]:
    """A long message is several in a chat, and so is each file; the first one answers what its person wrote last.

    Only the first has another way to fall back to, and that one carries everything.
    """
    first, *others = split(whole.text) or [_("(a file)")]
    answers = {} if "Auto-Submitted" in whole.headers else {REPLY_HEADER: _last_of(ticket, whole.to)}
    rest = replace(whole, fallbacks=(), files=())
    return [
        replace(whole, text=first, headers={**whole.headers, **answers}, files=()),
        *(
            replace(rest, key=f"{whole.key}#{number}", text=text)
            for number, text in enumerate(others, start=2)
        ),
        *(
            replace(rest, key=f"{whole.key}/{number}", text=file["name"], files=[file])
            for number, file in enumerate(whole.files, start=1)
        ),
    ]


def _that_travel(files: list[Attachment]) -> tuple[list[dict[str, str]], list[str]]:
    """Files that go along, and the names of those that are too large together."""
    kept: list[dict[str, str]] = []
    left: list[str] = []
    total = 0
    for file in files:
        total += file.size
        if total > FILES_MAX_BYTES:
            left.append(file.name)
        else:
            kept.append({"name": file.name, "content_type": file.content_type, "path": str(file.file.name)})
    return kept, left


def _left_out(ticket: Ticket, names: list[str]) -> str:
    if not names:
        return ""
    with translation.override(ticket.language):
        said = _("Files that wait for you in the portal: %(names)s") % {"names": ", ".join(names)}
    return f"\n\n{said}\n{link_to(ticket)}\n"


def _last_of(ticket: Ticket, to: str) -> str:
    """The number, within the chat, of the last message its person wrote on this ticket."""
    mark = f"telegram:{to}:"
    newest = (
        ticket.messages.filter(external_id__startswith=mark)
        .order_by("-pk")
        .values_list("external_id", flat=True)
    )
    found = newest.first()
    return found.removeprefix(mark) if found else ""
