"""Words of the room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """Ways in and out."""

    MAIL = "mail", _("Mail")
    TELEGRAM = "telegram", _("Telegram")
    PHONE = "phone", _("Telephone")


class InboundState(TextChoices):
    """`stored` waits to be routed; `parked` waits for a person; nothing is ever deleted."""

    STORED = "stored", _("Waiting")
    ROUTED = "routed", _("On a ticket")
    PARKED = "parked", _("Needs a person")
    IGNORED = "ignored", _("Machine mail, kept")


class OutboundState(TextChoices):
    """`failed` will be tried again; `dead` will not, until a person says so."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Delayed")
    DEAD = "dead", _("Not delivered")


class CallState(TextChoices):
    """Where a telephone call stands, as far as its events have told."""

    RINGING = "ringing", _("Ringing")
    QUEUED = "queued", _("In the queue")
    ANSWERED = "answered", _("Talking")
    ENDED = "ended", _("Ended")
    MISSED = "missed", _("Missed")


class CallEventType(TextChoices):
    """What a PBX tells of a call (docs/telephony.md)."""

    RINGING = "ringing", _("Ringing")
    QUEUED = "queued", _("Entered the queue")
    ANSWERED = "answered", _("Answered")
    ENDED = "ended", _("Ended")
    MISSED = "missed", _("Missed")
    RECORDING = "recording", _("Recording")
    PROBE = "probe", _("Probe")


UNSENT = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.FAILED)

# On everything we send, so that our own mail is known when it comes back.
LOOP_HEADER = "X-Loop"
# On a probe of the mail channel, with its signed mark.
PROBE_HEADER = "X-Desk-Probe"
