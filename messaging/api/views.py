"""POST /api/messaging/…: Telegram's updates and events of telephone exchanges. Stored first, understood later."""

import hmac
import json
import logging
from http import HTTPStatus

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from common import clock
from common.problems import problem_response
from messaging.enums import CallEventType, Channel
from messaging.models import InboundMessage
from messaging.services import doorbell
from messaging.services.calls.events import CallEvent, UnreadableEventError, is_signed, parse_event
from messaging.services.calls.folding import fold
from messaging.services.receiving import Receipt, ensure_source, store_event
from messaging.services.telegram.api import bot_settings, webhook_secret
from messaging.services.telegram.polling import store_update

logger = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
CODES = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.UNAUTHORIZED: "signature",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.METHOD_NOT_ALLOWED: "method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}


@csrf_exempt
def telegram_updates(request: HttpRequest, bot: str) -> HttpResponse:
    """One update. 200 only when it is stored; Telegram repeats everything else."""
    refused = _refused(request)
    if refused:
        return refused
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(webhook_secret(bot).encode(), given) or bot_settings(bot) is None:
        return _problem(HTTPStatus.FORBIDDEN, _("The secret token is wrong."))
    try:
        update = json.loads(request.body)
        update_id = int(update["update_id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return _problem(HTTPStatus.BAD_REQUEST, _("This is no update of the Bot API."))
    try:
        store_update(ensure_source(Channel.TELEGRAM, bot), request.body, update_id)
    except Error:
        return _away()
    return JsonResponse({})


@csrf_exempt
def call_events(request: HttpRequest) -> HttpResponse:
    """One event of a call, signed by its PBX (docs/telephony.md). 202 once it is stored, also when it was before."""
    refused = _refused(request)
    if refused:
        return refused
    source = request.headers.get("X-Desk-Source", "").lower()
    signed = is_signed(
        source=source,
        timestamp=request.headers.get("X-Desk-Timestamp", ""),
        signature=request.headers.get("X-Desk-Signature", ""),
        body=request.body,
        now=clock.now(),
    )
    if not signed:
        return _problem(HTTPStatus.UNAUTHORIZED, _("The signature is wrong or too old."))
    try:
        event = parse_event(request.body)
    except UnreadableEventError as error:
        return _problem(HTTPStatus.BAD_REQUEST, str(error))
    try:
        receipt = store_event(
            mailbox=ensure_source(Channel.PHONE, source), raw=request.body, event_id=f"event:{event.event_id}"
        )
    except Error:
        return _away()
    if receipt.is_new:
        _show_at_once(receipt, event)
        doorbell.ring("tickets.route_inbound", receipt.message_id, queue="mail_in")
    return JsonResponse({"status": "taken", "new": receipt.is_new}, status=HTTPStatus.ACCEPTED)


def _show_at_once(receipt: Receipt, event: CallEvent) -> None:
    """The telephone is ringing now: operators see who calls before a worker has a turn, which does it again."""
    if event.type == CallEventType.PROBE:
        return
    try:
        fold(InboundMessage.objects.select_related("mailbox").without_raw().get(pk=receipt.message_id), event)
    except Error:
        logger.exception("call event %s is shown by the router only", receipt.message_id)


def _refused(request: HttpRequest) -> HttpResponse | None:
    """What is wrong before anybody looks at who is calling."""
    if request.method != "POST":
        answer = _problem(HTTPStatus.METHOD_NOT_ALLOWED, _("Only POST works here."))
        answer["Allow"] = "POST"
        return answer
    if settings.SECURE_HTTPS and not request.is_secure():
        return _problem(
            HTTPStatus.FORBIDDEN, _("Use HTTPS: over plain HTTP the secret could be read on the way.")
        )
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES or len(request.body) > MAX_BYTES:
            return _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The body may have 1 MB."))
    except (ValueError, UnreadablePostError, RawPostDataException):
        return _problem(HTTPStatus.BAD_REQUEST, _("The body ended too early."))
    return None


def _away() -> HttpResponse:
    answer = _problem(HTTPStatus.SERVICE_UNAVAILABLE, _("The desk is away for a moment, please try again."))
    answer["Retry-After"] = "5"
    return answer


def _problem(status: HTTPStatus, detail: str) -> HttpResponse:
    return problem_response(status, status.phrase, detail, CODES[status])
