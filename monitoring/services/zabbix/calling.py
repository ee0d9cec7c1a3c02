"""Calls of the Zabbix API with the official client. No token and no body of a request ever reaches a log or a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from zabbix_utils import APIRequestError, ZabbixAPI
from zabbix_utils.exceptions import APINotSupported, ProcessingError

TIMEOUT_S = 10


class ApiError(Exception):
    """A call that did not work. `is_final`: the server understood and refused, the same again will not help."""

    def __init__(self, text: str, *, is_final: bool = False) -> None:
        super().__init__(text)
        self.is_final = is_final


class Api:
    """The server of a source (`settings.ZABBIX_API`). Made for a handful of calls: it asks for the version first and chooses how to sign in by that."""

    def __init__(self, slug: str) -> None:
        access = settings.ZABBIX_API.get(slug)
        if access is None:
            raise ApiError("no API is configured for this source", is_final=True)
        try:
            self._api = ZabbixAPI(
                url=access["url"], token=access["token"], timeout=TIMEOUT_S, skip_version_check=True
            )
        except (ProcessingError, APINotSupported, APIRequestError, OSError, KeyError) as error:
            raise ApiError(_said(error)) from None

    @property
    def version(self) -> str:
        """For example ``6.0.14``."""
        return str(self._api.version)

    @property
    def ranks_symptoms(self) -> bool:
        return bool(self._api.version >= 6.4)

    def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """The result of a method. Raises `ApiError`."""
        try:
            return self._api.send_api_request(method, dict(parameters)).get("result")
        except APIRequestError as error:
            raise ApiError(_said(error), is_final=True) from None
        except (ProcessingError, OSError, AttributeError, LookupError, TypeError, ValueError) as error:
            # The client does not check what it is sent: a proxy's page or a list is no answer either.
            raise ApiError(_said(error)) from None


def _said(error: Exception) -> str:
    """What the server said, without the request it said it to: that carries the token."""
    if isinstance(error, APIRequestError):
        parts = (getattr(error, name, "") for name in ("message", "data"))
        return " ".join(str(part) for part in parts if part)[:300] or "refused"
    return f"{type(error).__name__}: {' '.join(str(part) for part in error.args)}"[:300]
