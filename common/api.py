"""Every error of the API leaves as an RFC 9457 problem document."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.errors import DomainError
from common.problems import PROBLEM_TYPE, problem

def _of_domain_error(error: DomainError) -> Response:
    body = problem(error.status, str(error.title), error.detail, error.code, **error.extra)
    return Response(body, status=error.status, content_type=PROBLEM_TYPE)


def problem_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler: every error leaves as ``application/problem+json``. Unknown errors stay errors."""
    if isinstance(exc, DomainError):
        return _of_domain_error(exc)
    response = exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response.data = _members(exc, response.status_code)
    response.content_type = PROBLEM_TYPE
    return response


def _members(exc: Exception, status: int) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        title = str(exceptions.ValidationError.default_detail)
        return problem(status, title, title, "invalid", errors=exc.detail)
    detail = getattr(exc, "detail", "")
    code = getattr(detail, "code", None) or "error"
    title = str(getattr(exc, "default_detail", code))
    return problem(status, title, str(detail), str(code))
