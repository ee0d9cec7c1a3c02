"""How the channels are, and what got stuck on them: one click puts it on its way again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import operator_required
from common.errors import NotAllowed
from common.htmx import DeskRequest
from messaging import queries
from messaging.models import InboundMessage, OutboundMessage
from messaging.permissions import can_mend
from messaging.services import doorbell
from messaging.services.receiving import replay
from messaging.services.sending import revive

SHOWN = 50


@operator_required
@require_GET
def index(request: DeskRequest) -> HttpResponse:
    """Health of each channel, parked messages, undelivered messages."""
    context = {
        "channels": queries.channel_health(),
        "parked": list(queries.parked()[:SHOWN]),
        "undelivered": list(queries.undelivered()[:SHOWN]),
        "shown": SHOWN,
        "may_mend": can_mend(request.actor),
        "here": "channels",
    }
    return render(request, "messaging/index.html", context)


@operator_required
@require_GET
def bar(request: DeskRequest) -> HttpResponse:
    """Red on every page of the desk while a channel does not deliver."""
    red = [health for health in queries.channel_health() if health.is_red]
    return render(request, "messaging/_bar.html", {"red": red})


@operator_required
@require_POST
def route_again(request: DeskRequest, inbound_id: int) -> HttpResponse:
    """Put a parked message back in front of the router."""
    _check(request)
    if not InboundMessage.objects.filter(pk=inbound_id).exists():
        raise Http404
    if replay(message_id=inbound_id):
        doorbell.ring("tickets.route_inbound", inbound_id, queue="mail_in")
        messages.success(request, _("The message is read again now."))
    else:
        messages.info(request, _("The message has found its place meanwhile."))
    return redirect("messaging:index")


@operator_required
@require_POST
def send_again(request: DeskRequest, outbound_id: int) -> HttpResponse:
    """Give an undelivered message another round of attempts."""
    _check(request)
    message = OutboundMessage.objects.filter(pk=outbound_id).only("channel").first()
    if message is None:
        raise Http404
    if revive(message_id=outbound_id):
        doorbell.ring("messaging.send_outbox", message.channel, queue="mail_out")
        messages.success(request, _("The message is sent again now."))
    else:
        messages.info(request, _("The message is on its way already."))
    return redirect("messaging:index")


def _check(request: DeskRequest) -> None:
    if not can_mend(request.actor):
        raise NotAllowed
