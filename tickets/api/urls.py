"""Mounted at /api/v1/."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

import common.converters  # noqa: F401  # makes row_id known
from tickets.api import bypasses, conversation, tickets
from tickets.api.moves import view_of
from tickets.api.tickets import PUBLIC_MOVES
from tickets.models.lifecycle import Move


class TicketNumber(StringConverter):
    """For example 26-0000001."""

    regex = "[0-9]{2}-[0-9]{7,9}"


register_converter(TicketNumber, "ticket_number")


def _move(row: Move) -> URLPattern:
    address = f"tickets/<ticket_number:number>/{row.name}/"
    made: URLPattern = path(address, view_of(row).as_view(), name=f"ticket-{row.name}")
    return made


urlpatterns = [
    path("categories/", tickets.Categories.as_view(), name="categories"),
    path("tickets/", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/<ticket_number:number>/", tickets.OneTicket.as_view(), name="ticket"),
    path("tickets/<ticket_number:number>/messages/", conversation.Messages.as_view(), name="ticket-messages"),
    path("tickets/<ticket_number:number>/reply/", conversation.Reply.as_view(), name="ticket-reply"),
    path("tickets/<ticket_number:number>/note/", conversation.Note.as_view(), name="ticket-note"),
    path("tickets/<ticket_number:number>/events/", conversation.Events.as_view(), name="ticket-events"),
    path(
        "tickets/<ticket_number:number>/attachments/",
        conversation.Attachments.as_view(),
        name="ticket-attachments",
    ),
    path(
        "tickets/<ticket_number:number>/attachments/<row_id:pk>/",
        conversation.OneAttachment.as_view(),
        name="ticket-attachment",
    ),
    path("bypasses/", bypasses.Bypasses.as_view(), name="bypasses"),
    path("tickets/<ticket_number:number>/bypasses/", bypasses.OfTicket.as_view(), name="ticket-bypasses"),
    path(
        "tickets/<ticket_number:number>/bypasses/<row_id:pk>/justify/",
        bypasses.Justify.as_view(),
        name="bypass-justify",
    ),
    path(
        "tickets/<ticket_number:number>/bypasses/<row_id:pk>/judge/",
        bypasses.Judge.as_view(),
        name="bypass-judge",
    ),
    *(_move(row) for row in PUBLIC_MOVES),
]
