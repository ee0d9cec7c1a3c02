"""The request as views see it: with htmx details and the actor."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from accounts.enums import Actor
    from accounts.models import User


class DeskRequest(HttpRequest):
    """A request of a signed-in person behind one of the `accounts.permissions` decorators."""

    htmx: HtmxDetails
    user: "User"
    actor: "Actor"
