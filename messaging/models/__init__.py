"""Nouns of the room."""

from messaging.models.inbound import InboundMessage
from messaging.models.mailbox import Mailbox
from messaging.models.outbound import OutboundMessage

__all__ = ["InboundMessage", "Mailbox", "OutboundMessage"]
