"""Keyset pagination: a page begins after the last row seen, so that new rows neither repeat nor skip any."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from common.parsers import BIGINT_MAX

PAGE_SIZE, MAX_PAGE_SIZE = 50, 100
PARAMETERS = frozenset({"cursor", "page_size", "ordering"})


class KeysetPagination(BasePagination):
    """Answers ``{"next": url or null, "results": [...]}``.

    A view names its `orderings`: the caller's word to one column (``-`` for descending) that is never NULL; the
    primary key breaks ties in the same direction. The first ordering is the default.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        orderings: Mapping[str, str] = getattr(view, "orderings", {"-id": "-pk"})
        name = request.query_params.get("ordering") or next(iter(orderings))
        if name not in orderings:
            raise ValidationError(
                {"ordering": [_("Choose one of: %(names)s.") % {"names": ", ".join(orderings)}]}
            )
        size = _page_size(request)
        column = orderings[name]
        field, sign = column.lstrip("-"), "-" if column.startswith("-") else ""
        cursor = request.query_params.get("cursor")
        if cursor:
            queryset = queryset.filter(_after(queryset.model, field, sign, _decode(cursor, name)))
        ties = [] if field == "pk" else [f"{sign}pk"]
        rows = list(queryset.order_by(column, *ties)[: size + 1])
        self.next: str | None = None
        if len(rows) > size:
            rows = rows[:size]
            following = _encode(name, getattr(rows[-1], field), rows[-1].pk)
            self.next = replace_query_param(request.build_absolute_uri(), "cursor", following)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        orderings = list(getattr(view, "orderings", {}))
        sized = {"type": "integer", "minimum": 1, "default": PAGE_SIZE}
        parameters = [
            _parameter(
                "cursor", _("Where the page begins: follow `next` instead of making one."), {"type": "string"}
            ),
            _parameter("page_size", _("Rows on a page; more than 100 counts as 100."), sized),
        ]
        if len(orderings) > 1:
            choice = {"type": "string", "enum": orderings, "default": orderings[0]}
            parameters.append(_parameter("ordering", _("What comes first."), choice))
        return parameters


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size") or str(PAGE_SIZE)
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise ValidationError({"page_size": [_("Write a whole number from 1 to 100.")]})
    return min(int(text[:9]), MAX_PAGE_SIZE)


def _encode(name: str, value: Any, pk: int) -> str:
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([name, shown, pk]).encode()).decode().rstrip("=")


def _decode(cursor: str, name: str) -> tuple[Any, int]:
    try:
        named, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _bad_cursor() from None
    is_key = isinstance(pk, int) and not isinstance(pk, bool) and 0 <= pk <= BIGINT_MAX
    if named != name or not is_key or not isinstance(value, str | int):
        raise _bad_cursor()
    return value, pk


def _bad_cursor() -> ValidationError:
    return ValidationError(
        {"cursor": [_("This cursor does not belong to this list: begin again without it.")]}
    )


def _after(model: type[Model], field: str, sign: str, at: tuple[Any, int]) -> Q:
    value, pk = at
    step = "lt" if sign else "gt"
    if field == "pk":
        return Q(**{f"pk__{step}": pk})
    try:
        column: Any = model._meta.get_field(field)
        value = column.to_python(value)
        # PostgreSQL takes no offset beyond sixteen hours, and a cursor is only text.
        value = value.astimezone(UTC) if isinstance(value, datetime) else value
    except (FieldError, ValueError, OverflowError):
        raise _bad_cursor() from None
    if value is None or "\x00" in str(value):
        raise _bad_cursor()
    # The first condition lets an index find the place, the second settles ties.
    return Q(**{f"{field}__{step}e": value}) & (Q(**{f"{field}__{step}": value}) | Q(**{f"pk__{step}": pk}))
