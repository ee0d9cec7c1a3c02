"""Named predicates and the decorators that pages use. Out of scope is 404, never a hint."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from accounts.enums import Actor, Role
from common.htmx import DeskRequest

P = ParamSpec("P")
View = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def is_operator(actor: Actor | None) -> bool:
    return actor is not None and actor.is_operator


def is_contact(actor: Actor | None) -> bool:
    return actor is not None and actor.is_contact


def is_administrator(actor: Actor | None) -> bool:
    return is_operator(actor) and actor is not None and actor.has(Role.ADMINISTRATOR)


def leads_shift(actor: Actor | None) -> bool:
    """May see and steer the whole shift: breaches, forced assignment."""
    return actor is not None and actor.has(Role.SHIFT_LEAD, Role.SERVICE_MANAGER, Role.ADMINISTRATOR)


def can_edit_policies(actor: Actor | None) -> bool:
    """May change what is promised: the service-level manager and administrators."""
    return is_operator(actor) and actor is not None and actor.has(Role.SERVICE_MANAGER, Role.ADMINISTRATOR)


def can_edit_calendars(actor: Actor | None) -> bool:
    """Opening hours move deadlines of everybody: whoever may change the promises may change them."""
    return can_edit_policies(actor)


def _only_for(
    predicate: Callable[[Actor | None], bool],
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    def decorator(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            if not predicate(getattr(request, "actor", None)):
                raise Http404
            return view(request, *args, **kwargs)  # type: ignore[arg-type]  # DeskRequest by the middleware

        return guarded

    return decorator


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """A fragment cannot show a sign-in form: htmx is told to load the whole page again."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())


operator_required = _only_for(is_operator)
contact_required = _only_for(is_contact)
administrator_required = _only_for(is_administrator)
shift_lead_required = _only_for(leads_shift)
policy_editor_required = _only_for(can_edit_policies)
calendar_editor_required = _only_for(can_edit_calendars)
