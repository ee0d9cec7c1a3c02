"""Asking NetBox. Only GET, only the configured address, pages of a thousand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pynetbox
import requests
from django.conf import settings
from django.utils.translation import gettext as _
from pynetbox.core.query import ContentError, RequestError
from requests.adapters import HTTPAdapter

from common.errors import DomainError, Missing

PAGE = 1000
SECONDS = 30
ENDPOINTS = (
    "dcim.sites", "dcim.locations", "dcim.racks", "dcim.device_types", "dcim.devices", "dcim.power_panels",
    "dcim.power_feeds", "dcim.power_ports", "dcim.interfaces", "circuits.circuits", "circuits.circuit_terminations",
    "circuits.circuit_group_assignments", "virtualization.clusters", "virtualization.virtual_machines",
)  # fmt: skip
# Few rows that others are named by: always read whole.
WHOLE = frozenset({
    "dcim.power_panels", "dcim.device_types", "circuits.circuits", "circuits.circuit_terminations",
    "circuits.circuit_group_assignments",
})  # fmt: skip
# Not in every version.
OPTIONAL = frozenset({"circuits.circuit_group_assignments"})
Answers = dict[str, list[dict[str, Any]]]


class NetBoxFailed(DomainError):
    """NetBox did not answer as it should. The sentence never holds the token."""

    code = "netbox_failed"
    status = 502


@dataclass(frozen=True, slots=True)
class Account:
    """One NetBox. `own_tenants` are slugs of tenants that are us."""

    name: str
    url: str
    token: str = field(repr=False)
    own_tenants: frozenset[str] = frozenset()


def account(name: str) -> Account:
    """Raises `Missing` when nothing of this name is configured."""
    found: dict[str, Any] | None = settings.NETBOX_SOURCES.get(name)
    if found is None:
        raise Missing(_("No NetBox named “%(name)s” is configured.") % {"name": name})
    return Account(name, found["url"], found["token"], frozenset(found.get("own_tenants", ())))


class _OnlyThere(HTTPAdapter):
    """Every request has an end, and none is anything but a question."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        if request.method != "GET":
            raise requests.exceptions.InvalidSchema("read only")
        options["timeout"] = (5, SECONDS)
        return super().send(request, **options)


def _session(url: str) -> requests.Session:
    """Addresses elsewhere have no adapter: a `next` link or a redirect cannot carry the token away."""
    session = requests.Session()
    session.adapters.clear()
    session.mount(f"{url.rstrip('/')}/", _OnlyThere())
    session.trust_env = False
    return session


def read(of: Account, since: datetime | None = None) -> Answers:
    """All rows of every endpoint, or those changed since. Raises `NetBoxFailed`."""
    api = pynetbox.api(of.url, token=of.token)
    with _session(of.url) as session:
        api.http_session = session
        return {name: list(_rows(api, name, None if name in WHOLE else since, of)) for name in ENDPOINTS}


def _rows(api: Any, name: str, since: datetime | None, of: Account) -> Iterator[dict[str, Any]]:
    room, _dot, endpoint = name.partition(".")
    rows = getattr(getattr(api, room), endpoint)
    try:
        found = (
            rows.filter(limit=PAGE, last_updated__gte=since.isoformat()) if since else rows.all(limit=PAGE)
        )
        # The bare answers: records of the client would ask again for every field that they lack.
        yield from found.response
    except RequestError as error:
        if error.req.status_code == 404 and name in OPTIONAL:
            return
        words = {"name": of.name, "place": name, "status": error.req.status_code}
        raise NetBoxFailed(_("%(name)s answers %(place)s with %(status)s.") % words) from None
    except (ContentError, requests.RequestException, KeyError, TypeError, AttributeError) as error:
        words = {
            "name": of.name,
            "place": name,
            "error": _without(of.token, f"{type(error).__name__}: {error}"),
        }
        raise NetBoxFailed(_("%(name)s cannot be read (%(place)s): %(error)s") % words) from None


def _without(secret: str, text: str) -> str:
    return re.sub(re.escape(secret), "…", text)[:300] if secret else text[:300]
