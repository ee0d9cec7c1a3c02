"""Every error of the API leaves as an RFC 9457 problem document."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.errors import DomainError, Missing, TooLarge
from common.problems import PROBLEM_TYPE, problem


def problem_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler: every error leaves as ``application/problem+json``. Unknown errors stay errors."""
    if isinstance(exc, Http404):
        exc = Missing()
    elif isinstance(exc, RequestDataTooBig):
        exc = TooLarge()
    elif isinstance(exc, SuspiciousOperation):
        exc = exceptions.ParseError(_("This request has more parts than it may have."))
    if isinstance(exc, DomainError):
        return _of_domain_error(exc)
    response = exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response.data = _members(exc, response.status_code)
    response.content_type = PROBLEM_TYPE
    return response


def _of_domain_error(error: DomainError) -> Response:
    body = problem(error.status, str(error.title), error.detail, error.code, **error.extra)
    field = error.extra.get("field")
    if field and error.status == 400:
        body["errors"] = {field: [error.detail]}
    return Response(body, status=error.status, content_type=PROBLEM_TYPE)


def _members(exc: Exception, status: int) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        return problem(status, *_summary(exc), "invalid", errors=_named(exc.detail))
    detail = getattr(exc, "detail", "")
    code = getattr(detail, "code", None) or "error"
    title = str(getattr(exc, "default_detail", code))
    return problem(status, title, str(detail), str(code))


def _summary(exc: exceptions.ValidationError) -> tuple[str, str]:
    """Title and one sentence that names the fields at fault."""
    names = ", ".join(_named(exc.detail))
    return str(exceptions.ValidationError.default_detail), _("Please check: %(names)s.") % {"names": names}


def _named(detail: Any) -> dict[str, Any]:
    """Always an object by field, whatever DRF made of the errors."""
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}
