"""Errors that a person or a machine can act on.

A service raises one of these; `common.middleware` turns it into a page message and `common.api` into an RFC 9457
problem document. `detail` is written for the reader, in the reader's language; `code` is for machines.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """Base of every refusal. `extra` lands in the problem document as further members."""

    code = "error"
    status = 400
    title: Text = _("This cannot be done")

    def __init__(self, detail: Text = "", **extra: Any) -> None:
        self._detail = detail
        self.extra = extra
        super().__init__(detail)

    @property
    def detail(self) -> str:
        return str(self._detail or self.title)


class Invalid(DomainError):
    """A value is missing or not acceptable; `field` names it."""

    code = "invalid"
    title = _("Please check what was entered")


class NotAllowed(DomainError):
    """The object is in sight, the action is not for this actor."""

    code = "not_allowed"
    status = 403
    title = _("You may not do this")


class Missing(DomainError):
    """Does not exist, or is out of the actor's scope: the two are never told apart."""

    code = "not_found"
    status = 404
    title = _("Not found")


class Conflict(DomainError):
    """Somebody else was faster, or the object is no longer in the state the command expects."""

    code = "conflict"
    status = 409
    title = _("Somebody was faster")


class GuardRefused(Conflict):
    """A guard of the life cycle said no. `guard` is its name in docs/lifecycle.md, for example ``G-FR``."""

    code = "guard_refused"
    title = _("The rules do not allow this yet")

    def __init__(self, guard: str, detail: Text, **extra: Any) -> None:
        self.guard = guard
        super().__init__(detail, guard=guard, **extra)


class TooLarge(DomainError):
    """More bytes than this door takes."""

    code = "too_large"
    status = 413
    title = _("Too large")


class Unprocessable(DomainError):
    """Understood, but it can never be carried out as sent."""

    code = "unprocessable"
    status = 422
    title = _("Cannot be processed")
