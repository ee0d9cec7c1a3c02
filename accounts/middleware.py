"""Puts the actor, the person's language and time zone on every request."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.queries import actor_for


class ActorMiddleware:
    """`request.actor` is an `Actor` or None. A signed-in person's own language and zone win over the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]  # declared by common.htmx.DeskRequest
        if not request.user.is_authenticated:
            return self.get_response(request)
        request.actor = actor_for(request.user)  # type: ignore[attr-defined]
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language() or ""
        with timezone.override(ZoneInfo(request.user.time_zone)):
            return self.get_response(request)
