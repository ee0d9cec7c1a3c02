"""Nouns of the room."""

from tickets.models.attachment import Attachment
from tickets.models.bypass import Bypass
from tickets.models.category import Category, PriorityCell
from tickets.models.event import TicketEvent
from tickets.models.knowledge_link import KnowledgeSearch, TicketArticle
from tickets.models.message import Message
from tickets.models.reply_template import ReplyTemplate
from tickets.models.ticket import Ticket
from tickets.models.working_group import WorkingGroup

__all__ = [
    "Attachment",
    "Bypass",
    "Category",
    "KnowledgeSearch",
    "Message",
    "PriorityCell",
    "ReplyTemplate",
    "Ticket",
    "TicketArticle",
    "TicketEvent",
    "WorkingGroup",
]
