"""POST /api/monitoring/<kind>/v1/events: docs/zabbix.md and docs/alerts.md. No session, no CSRF, never a redirect or 429."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from monitoring.adapters.body import MAX_BYTES, Element
from monitoring.adapters.kinds import adapter
from monitoring.adapters.values import Refused
from monitoring.api import answers
from monitoring.enums import RejectReason
from monitoring.services.attending import note_alive
from monitoring.services.authenticating import DATABASE_AWAY, SourceRules, rules_for_token
from monitoring.services.receiving import Receipt, receive
from monitoring.services.rejecting import reject
from monitoring.services.zabbix.watching import beat


@csrf_exempt
def heartbeat(request: HttpRequest, kind: str) -> HttpResponse:
    """The source lives, though it has nothing to report. The body is not looked at."""
    source = _admitted(request, kind)
    if isinstance(source, HttpResponse):
        return source
    try:
        beat(source.id)
    except DATABASE_AWAY:
        return answers.unavailable()
    return answers.alive()


@csrf_exempt
def events(request: HttpRequest, kind: str) -> HttpResponse:
    """Authenticate, read, take in, answer; the order of refusals is that of cost."""
    source = _admitted(request, kind)
    return source if isinstance(source, HttpResponse) else _take_in(request, source)


def _admitted(request: HttpRequest, kind: str) -> SourceRules | HttpResponse:
    """The source that the caller may speak for, or the answer that refuses it."""
    if request.method != "POST":
        return answers.wrong_method()
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_HTTPS and not request.is_secure():
        reject(source_id=None, reason=RejectReason.INSECURE, detail="", address=address)
        return answers.insecure()
    try:
        source = rules_for_token(_bearer(request))
    except DATABASE_AWAY:
        return answers.unavailable()
    if source is None:
        reject(source_id=None, reason=RejectReason.TOKEN, detail="", address=address)
        return answers.unauthorised()
    if not source.admits(address):
        reject(source_id=source.id, reason=RejectReason.NETWORK, detail=address, address=address)
        return answers.unauthorised()
    if source.kind != kind:
        reject(source_id=source.id, reason=RejectReason.KIND, detail=kind, address=address)
        return answers.wrong_kind(source)
    return source


def _bearer(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _take_in(request: HttpRequest, source: SourceRules) -> HttpResponse:
    raw = b""
    try:
        raw = _read(request)
        body = adapter(source.kind).split(raw)
        if body.is_array:
            return answers.several(source, [_one_of_several(request, source, item) for item in body.elements])
        receipt = receive(source=source, element=body.elements[0])
    except Refused as error:
        _note_refusal(request, source, error, raw)
        return answers.refusal(error)
    if receipt.alert.event_id:
        note_alive(source.id)
    return answers.single(source, receipt)


def _one_of_several(request: HttpRequest, source: SourceRules, message: Element) -> Receipt | Refused:
    try:
        return receive(source=source, element=message)
    except Refused as error:
        _note_refusal(request, source, error, message.raw)
        return error


def _read(request: HttpRequest) -> bytes:
    """The body, not a byte of it when it says that it is too long."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MAX_BYTES:
        raise Refused(RejectReason.TOO_LARGE, _("The body may have 256 KB."))
    try:
        raw = request.body
    except UnreadablePostError as error:
        raise Refused(RejectReason.NOT_JSON, _("The body ended too early.")) from error
    if len(raw) > MAX_BYTES:
        raise Refused(RejectReason.TOO_LARGE, _("The body may have 256 KB."))
    return raw


def _note_refusal(request: HttpRequest, source: SourceRules, error: Refused, raw: bytes) -> None:
    """The reason says what is wrong in the reader's language; the detail shows what came, in none."""
    reject(
        source_id=source.id, reason=error.reason, detail=error.evidence, body=raw,
        address=request.META.get("REMOTE_ADDR", ""),
    )  # fmt: skip
