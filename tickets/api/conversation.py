"""What is said on a ticket: the thread, replies, notes, files; and the log behind it."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import IsOperator, caller
from common.conditions import as_precondition, expected_version
from common.downloads import download
from common.errors import Conflict, Missing
from common.openapi import IF_MATCH
from common.parsers import BoundedMultiPartParser, StrictJSONParser
from tickets import queries
from tickets.api.finding import ticket_or_404
from tickets.api.inputs import MessageInput
from tickets.api.shapes import AttachmentOutput, EventOutput, MessageOutput
from tickets.enums import Channel
from tickets.models import Attachment, Message, TicketEvent
from tickets.services.noting import add_note
from tickets.services.receiving import receive_message
from tickets.services.replying import reply

TAGS = ["conversation"]


class OfTicket(ListAPIView[Any]):
    """A list that belongs to one ticket in the caller's scope."""

    orderings = {"occurred_at": "occurred_at"}

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "number": self.kwargs.get("number", "")}


@extend_schema_view(
    get=extend_schema(summary=_("Read the thread"), tags=TAGS, description=_(
        "Oldest first, with the messages of tickets that were merged into this one. Contacts never get notes."
    ))
)  # fmt: skip
class Messages(OfTicket):
    queryset = Message.objects.none()
    serializer_class = MessageOutput

    def get_queryset(self) -> QuerySet[Message]:
        ticket = ticket_or_404(self.request, self.kwargs["number"])
        return queries.thread(ticket, caller(self.request)).defer("search", "ticket__search")


@extend_schema_view(get=extend_schema(summary=_("List the files"), tags=TAGS))
class Attachments(OfTicket):
    """Files of the ticket's messages, in the order they came, as far as the caller may read the messages."""

    queryset = Attachment.objects.none()
    serializer_class = AttachmentOutput
    orderings = {"id": "pk"}

    def get_queryset(self) -> QuerySet[Attachment]:
        ticket = ticket_or_404(self.request, self.kwargs["number"])
        return Attachment.objects.visible_to(caller(self.request)).filter(message__ticket=ticket)


@extend_schema_view(get=extend_schema(summary=_("Read the log"), tags=TAGS))
class Events(OfTicket):
    """The append-only log, oldest first. Operators only."""

    permission_classes = [IsOperator]
    queryset = TicketEvent.objects.none()
    serializer_class = EventOutput

    def get_queryset(self) -> QuerySet[TicketEvent]:
        return queries.events(ticket_or_404(self.request, self.kwargs["number"]))


class OneAttachment(APIView):
    @extend_schema(
        summary=_("Download a file"),
        tags=TAGS,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: str, pk: int) -> FileResponse:
        """The bytes as a download, whatever their type."""
        ticket = ticket_or_404(request, number)
        visible = Attachment.objects.visible_to(caller(request))
        found = visible.filter(message__ticket=ticket, pk=pk).first()
        if found is None:
            raise Missing
        return download(found.file, found.name)


class Speaking(APIView):
    """Takes a message as JSON, or with files as a multipart form."""

    parser_classes = [StrictJSONParser, BoundedMultiPartParser]

    def speak(self, request: Request, number: str) -> Response:
        ticket = ticket_or_404(request, number)
        body = MessageInput(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            said = self.command(
                request,
                ticket_id=ticket.pk,
                expected_version=expected_version(request),
                **body.validated_data,
            )
        except Conflict as conflict:
            raise as_precondition(conflict) from conflict
        context = {"request": request, "number": said.ticket.number}
        return Response(MessageOutput(said, context=context).data, status=201)

    def command(self, request: Request, **values: Any) -> Message:
        raise NotImplementedError


class Reply(Speaking):
    @extend_schema(
        summary=_("Reply"), tags=TAGS, request=MessageInput, responses={201: MessageOutput}, parameters=[IF_MATCH],
        description=_(
            "An operator's reply reaches the customer and is the first response if there was none. A contact's message "
            "may end the waiting or reopen the ticket; after the reopen window it opens a follow-up."
        ),
    )  # fmt: skip
    def post(self, request: Request, number: str) -> Response:
        return self.speak(request, number)

    def command(self, request: Request, **values: Any) -> Message:
        actor = caller(request)
        if actor.is_contact:
            return receive_message(actor=actor, channel=Channel.PORTAL, **values)
        return reply(actor=actor, **values)


class Note(Speaking):
    permission_classes = [IsOperator]

    @extend_schema(
        summary=_("Add a note"), tags=TAGS, request=MessageInput, responses={201: MessageOutput}, parameters=[IF_MATCH],
        description=_("Only the desk ever reads it. Operators only."),
    )  # fmt: skip
    def post(self, request: Request, number: str) -> Response:
        return self.speak(request, number)

    def command(self, request: Request, **values: Any) -> Message:
        return add_note(actor=caller(request), **values)
