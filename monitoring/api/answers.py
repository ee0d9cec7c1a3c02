"""What sources are told. Their scripts read the status and, on success, `tags`."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from common.problems import problem_response
from monitoring.adapters.values import Refused
from monitoring.enums import AlertKind, RejectReason
from monitoring.services.authenticating import SourceRules
from monitoring.services.receiving import Receipt, tags_for


def body_of(source: SourceRules, receipt: Receipt) -> dict[str, Any]:
    """The answer to one message."""
    if receipt.alert.kind == AlertKind.TEST:
        return {"test": True}
    return {
        "ok": True,
        "duplicate": receipt.is_duplicate,
        "state": receipt.state,
        "tags": tags_for(source=source, event_id=receipt.alert.event_id),
    }


def single(source: SourceRules, receipt: Receipt) -> HttpResponse:
    """200 when the work is done, 202 when the message is kept and the sweep will do it."""
    return JsonResponse(body_of(source, receipt), status=200 if receipt.is_settled else 202)


def several(source: SourceRules, results: list[Receipt | Refused]) -> HttpResponse:
    """One answer per element, in order. 422 only if none could be used; those that could are kept in any case."""
    refused = [result for result in results if isinstance(result, Refused)]
    pending = any(isinstance(result, Receipt) and not result.is_settled for result in results)
    answers = [
        {"ok": False, "code": result.code, "detail": result.detail, **result.extra}
        if isinstance(result, Refused)
        else body_of(source, result)
        for result in results
    ]
    status = 422 if results and len(refused) == len(results) else 202 if pending else 200
    return JsonResponse({"ok": not refused, "results": answers}, status=status)


def alive() -> HttpResponse:
    return JsonResponse({"ok": True})


def refusal(error: Refused) -> HttpResponse:
    """A problem document that names what to change."""
    return problem_response(error.status, str(error.title), error.detail, error.code, **error.extra)


def unauthorised() -> HttpResponse:
    """Tells a stranger nothing about why."""
    response = problem_response(
        401, _("Unauthorised"), _("A valid token of an alert source is needed."), "unauthorised"
    )
    response["WWW-Authenticate"] = 'Bearer realm="monitoring"'
    return response


def wrong_kind(source: SourceRules) -> HttpResponse:
    """The token is right, the address is that of another adapter."""
    wanted = reverse(f"{source.kind}-events")
    return problem_response(
        422,
        _("Wrong address"),
        _("The token belongs to a source that posts to %(path)s.") % {"path": wanted},
        RejectReason.KIND.value,
    )


def insecure() -> HttpResponse:
    return problem_response(
        403, _("Not over TLS"), _("Post over https: the token must not travel in clear."), "insecure"
    )


def wrong_method() -> HttpResponse:
    response = problem_response(
        405, _("Method not allowed"), _("Only POST is understood here."), "method_not_allowed"
    )
    response["Allow"] = "POST"
    return response


def unavailable() -> HttpResponse:
    """The one answer that asks for a retry: the database is away and the sources were never read."""
    response = problem_response(
        503, _("Try again"), _("The desk is starting. Nothing was stored."), "unavailable"
    )
    response["Retry-After"] = "5"
    return response
