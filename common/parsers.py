"""Bodies of API requests: bounded, and free of what neither JSON nor the database can carry."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser

from common.errors import TooLarge

BIGINT_MAX = 2**63 - 1


class StrictJSONParser(JSONParser):
    """UTF-8 JSON within the size limit. Whole numbers fit 64 bits, text holds no half characters."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(_("A JSON body may have at most %(max)d KB.") % {"max": limit // 1024})
        try:
            text = raw.decode("utf-8")
            data = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_refuse)
            _check_characters(text, data)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error
        except ValueError as error:  # malformed JSON and malformed Unicode alike
            raise ParseError(_("This is not valid JSON: %(error)s") % {"error": error}) from error
        return data


def _whole(digits: str) -> int:
    value = int(digits) if len(digits) <= 20 else BIGINT_MAX + 1
    if abs(value) > BIGINT_MAX:
        raise ParseError(_("A number is too large."))
    return value


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ParseError(_("A number is too large."))
    return value


def _refuse(name: str) -> NoReturn:
    raise ParseError(_("JSON has no %(name)s.") % {"name": name})


def _check_characters(text: str, data: Any) -> None:
    """An escaped half of a surrogate pair is legal JSON that no database and no answer can hold."""
    if "\\u" in text:
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError(_("A text contains half a character.")) from error


class BoundedMultiPartParser(MultiPartParser):
    """Forms with files, refused by their announced size before a byte is read."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        request = (parser_context or {})["request"]
        limit = (
            settings.ATTACHMENT_MAX_BYTES * settings.ATTACHMENT_MAX_COUNT
            + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        )
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise TooLarge(_("This is larger than %(max)d MB.") % {"max": limit // 1024**2})
        return super().parse(stream, media_type, parser_context)
