"""Deny by default: a caller without an actor gets nothing."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.enums import Actor
from accounts.queries import actor_for

if TYPE_CHECKING:  # rest_framework.views loads these classes by setting: at run time it would be a circle
    from rest_framework.views import APIView


def actor_of(request: Request) -> Actor | None:
    """The actor behind an API request, by token or session."""
    if not request.user.is_authenticated:
        return None
    return actor_for(request.user)


class HasActor(BasePermission):
    """Any operator or active contact."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return actor_of(request) is not None


class IsOperator(BasePermission):
    """Operators only."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        actor = actor_of(request)
        return actor is not None and actor.is_operator
