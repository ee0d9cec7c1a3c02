"""What goes wrong outside every view: a page for people, a problem document for programs. Nothing of the cause leaks."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.csrf import csrf_failure as csrf_page

from common.logging import request_id
from common.problems import problem_response


def _is_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_program(request):
        return problem_response(400, _("Malformed request"), _("This request cannot be read."), "invalid")
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_program(request):
        return problem_response(403, _("You may not do this"), "", "permission_denied")
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_program(request):
        return problem_response(404, _("Not found"), _("There is no such address."), "not_found")
    return defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """The request id is what the log knows this failure by."""
    if _is_program(request):
        detail = _("Something went wrong on our side. Tell us the request id.")
        return problem_response(500, _("Internal error"), detail, "error", request_id=request_id.get())
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if _is_program(request):
        return problem_response(
            403, _("You may not do this"), _("The CSRF token is missing."), "permission_denied"
        )
    return csrf_page(request, reason=reason)
