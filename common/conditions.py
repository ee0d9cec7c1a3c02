"""ETag and If-Match: a change is made to the version its author has seen, or not at all."""

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from common.errors import Conflict, DomainError, Invalid

TAG = re.compile(r'(?:W/)?"(\d{1,9})"\Z')


class Stale(DomainError):
    """The object has another version than the caller's `If-Match` names."""

    code = "precondition_failed"
    status = 412
    title = Conflict.title


def etag(version: int) -> str:
    """The entity tag of a version: its number in quotes."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version named by `If-Match`; None without the header or with ``*``. Raises `Invalid`."""
    value = request.headers.get("If-Match", "*").strip()
    if value == "*":
        return None
    match = TAG.match(value)
    if match is None:
        raise Invalid(_('If-Match takes one ETag as we gave it, for example "7".'), field="If-Match")
    return int(match[1])


def as_precondition(error: Conflict) -> DomainError:
    """A service's refusal of a version, in the words of HTTP; any other conflict stays one."""
    return Stale(error.detail, **error.extra) if "version" in error.extra else error
