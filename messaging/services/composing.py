"""An outbox row as the mail it will be: threading, reply token, marks of automatic mail."""

from email.utils import parseaddr

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from messaging.enums import LOOP_HEADER
from messaging.models import InboundMessage, OutboundMessage
from messaging.services.html_mail import html_of
from messaging.services.tokens import reply_to

# Mail programs thread by the last references; a longer header only grows.
MAX_REFERENCES = 12


def compose(message: OutboundMessage, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail for a row. Composing the same row again gives the same Message-ID."""
    desk: str = settings.MAIL_FROM
    headers = {**_thread(message), **message.headers, "Message-ID": message.message_id, LOOP_HEADER: desk}
    answer_to = mailbox = parseaddr(message.sender)[1] or desk
    if message.ticket_ref:
        answer_to = reply_to(mailbox=mailbox, ticket_ref=message.ticket_ref, address=message.to)
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=message.sender or desk,
        to=[message.to],
        reply_to=[answer_to],
        headers=headers,
        connection=connection,
    )
    mail.attach_alternative(message.html or html_of(message.text), "text/html")
    for file in message.files:
        with default_storage.open(file["path"]) as content:
            mail.attach(file["name"], content.read(), file["content_type"])
    return mail


def _thread(message: OutboundMessage) -> dict[str, str]:
    """In-Reply-To and References over what this address wrote and what it was sent on the same ticket."""
    if not message.ticket_ref:
        return {}
    wrote = InboundMessage.objects.filter(routed_to=message.ticket_ref, sender__iexact=message.to).exclude(
        message_id=""
    )
    got = OutboundMessage.objects.filter(ticket_ref=message.ticket_ref, to=message.to, pk__lt=message.pk)
    theirs = list(wrote.order_by("-received_at").values_list("received_at", "message_id")[:MAX_REFERENCES])
    ours = list(got.order_by("-pk").values_list("created_at", "message_id")[:MAX_REFERENCES])
    references = [message_id for _at, message_id in sorted(theirs + ours)][-MAX_REFERENCES:]
    if not references:
        return {}
    return {"In-Reply-To": theirs[0][1] if theirs else references[-1], "References": " ".join(references)}
