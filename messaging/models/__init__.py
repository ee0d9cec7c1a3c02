"""Nouns of the room."""

from messaging.models.call import Call
from messaging.models.chat_link import ChatLink
from messaging.models.inbound import InboundMessage
from messaging.models.mailbox import Mailbox
from messaging.models.outbound import OutboundMessage
from messaging.models.probe import Probe

__all__ = ["Call", "ChatLink", "InboundMessage", "Mailbox", "OutboundMessage", "Probe"]
