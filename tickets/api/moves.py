"""One address per transition, each with a body of its own, made from the life cycle and its commands."""

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import caller
from common.conditions import as_precondition, etag, expected_version
from common.errors import Conflict
from common.openapi import IF_MATCH
from tickets.api.finding import ticket_or_404
from tickets.api.inputs import move_input
from tickets.api.shapes import TicketOutput
from tickets.api.tickets import show
from tickets.enums import OPEN
from tickets.models.lifecycle import Move
from tickets.services.moving import BypassRequest, move


class MoveView(APIView):
    """Carries out one transition and answers with the ticket as it now is."""

    row: Move
    body: Any

    def post(self, request: Request, number: str) -> Response:
        ticket = ticket_or_404(request, number)
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        self._move(request, ticket.pk, dict(body.validated_data))
        moved = ticket_or_404(request, number)
        return Response(show(request, moved), headers={"ETag": etag(moved.version)})

    def _move(self, request: Request, pk: int, values: dict[str, Any]) -> None:
        wish = values.pop("bypass", None)
        try:
            move(
                actor=caller(request), ticket_id=pk, transition=self.row.name,
                expected_version=expected_version(request), bypass=BypassRequest(**wish) if wish else None, **values,
            )  # fmt: skip
        except Conflict as conflict:
            raise as_precondition(conflict) from conflict


def describe(row: Move) -> str:
    """Id, way, actors and guards of a transition, in the reader's language."""
    sources = gettext("any open state") if row.sources == OPEN else ", ".join(row.sources)
    targets = (
        gettext("unchanged")
        if not row.targets
        else ", ".join(row.targets)
        if row.targets != OPEN
        else sources
    )
    lines = [
        gettext("%(id)s: from %(sources)s to %(targets)s. Who: %(who)s.")
        % {"id": row.id, "sources": sources, "targets": targets, "who": row.who.spoken()}
    ]
    if row.lines != (1, 2, 3):
        lines.append(gettext("On line %(lines)s only.") % {"lines": ", ".join(map(str, row.lines))})
    lines += [f"- `{guard.value}`: {guard.label}" for guard in row.guards]
    return "\n".join(lines)


def view_of(row: Move) -> Any:
    """The view class of one transition."""
    body = move_input(row.name)
    made: Any = type(f"{row.name.title().replace('_', '')}View", (MoveView,), {"row": row, "body": body})
    operation = extend_schema(
        operation_id=f"ticket_{row.name}", summary=f"{row.id} {row.name}", description=lazy(describe, str)(row),
        tags=["transitions"], request=body, responses=TicketOutput, parameters=[IF_MATCH],
    )  # fmt: skip
    return extend_schema_view(post=operation)(made)
