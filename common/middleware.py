"""What every response gets: a request id, privacy for signed-in pages, and readable refusals."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control

from common.errors import DomainError
from common.logging import request_id
from common.problems import problem_response

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id that appears in its log lines and in its answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex[:12])
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class PrivateCacheMiddleware:
    """Nothing that a signed-in person sees may be kept by a shared cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            patch_cache_control(response, private=True, no_store=True)
        return response


class DomainErrorMiddleware:
    """A refusal of a service becomes a page, an htmx toast or a problem document, whoever asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if request.path.startswith("/api/"):
            return problem_response(error.status, str(error.title), error.detail, error.code, **error.extra)
        template = "components/refusal.html" if getattr(request, "htmx", False) else "refusal.html"
        response = render(request, template, {"error": error}, status=error.status)
        if getattr(request, "htmx", False):
            response["HX-Reswap"] = "afterbegin"
            response["HX-Retarget"] = "#toasts"
        return response
