"""Deny by default: a caller without an actor gets nothing."""

from typing import TYPE_CHECKING

from django.http import Http404
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.enums import Actor
from accounts.permissions import is_administrator, is_operator
from accounts.queries import actor_for

if TYPE_CHECKING:  # rest_framework.views loads these classes by setting: at run time it would be a circle
    from rest_framework.views import APIView


def actor_of(request: Request) -> Actor | None:
    """The actor behind an API request, by token or session."""
    if not request.user.is_authenticated:
        return None
    return actor_for(request.user)


def caller(request: Request) -> Actor:
    """The actor of a request that `HasActor` has let in."""
    actor = actor_of(request)
    assert actor is not None
    return actor


def owner_of(request: Request) -> str:
    """Whose idempotency keys a request uses: every user's are their own."""
    return f"user:{request.user.pk}"


class HasActor(BasePermission):
    """Any operator or active contact."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return actor_of(request) is not None


class IsOperator(HasActor):
    """Operators. To contacts the address does not exist."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not super().has_permission(request, view):
            return False
        if not is_operator(actor_of(request)):
            raise Http404
        return True


class AdministratorsChange(IsOperator):
    """Operators read, administrators change. To contacts the address does not exist."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        allowed = super().has_permission(request, view)
        return allowed and (request.method in SAFE_METHODS or is_administrator(actor_of(request)))
