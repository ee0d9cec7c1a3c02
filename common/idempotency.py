"""`Idempotency-Key`: a program that did not hear our answer may ask again, and the work is done once."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg2.errors import LockNotAvailable
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from common import clock
from common.errors import Conflict, Invalid, Unprocessable
from common.models import IdempotencyKey

HEADER = "Idempotency-Key"
LIFETIME = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")

# An expired row is taken over as if it were not there. A row that another transaction is writing is waited for.
CLAIM = """
    INSERT INTO common_idempotencykey AS known (owner, key, fingerprint, status, headers, body, created_at)
    VALUES (%s, %s, %s, 0, '{}', '{}', %s)
    ON CONFLICT (owner, key) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, created_at = EXCLUDED.created_at
    WHERE known.created_at < %s
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back, and kept to be sent again."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, *, replayed: bool = False) -> Response:
        headers = {**self.headers, "Idempotent-Replayed": "true"} if replayed else self.headers
        return Response(self.body, status=self.status, headers=headers)


def answer_once(request: Request, *, owner: str, work: Callable[[], Answer]) -> Response:
    """Do the work and answer; with an `Idempotency-Key` that the owner used before, give the stored answer again.

    Raises `Invalid` for a key that is none, `Unprocessable` for a known key with another body, `Conflict` while a
    request with this key is still being worked on. Work that raises leaves no trace: its key stays free.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return work().response()
    if not KEY.match(key):
        raise Invalid(_("An idempotency key has 1 to 255 visible ASCII characters."), field=HEADER)
    with transaction.atomic():
        row = _claim(owner, key, fingerprint(request))
        if row is None:
            return _replay(owner, key, fingerprint(request))
        answer = work()
        IdempotencyKey.objects.filter(pk=row).update(
            status=answer.status, body=answer.body, headers=answer.headers
        )
        return answer.response()


def _claim(owner: str, key: str, print_: str) -> int | None:
    """The new row's id, or None when the key is taken."""
    now = clock.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [owner, key, print_, now, now - LIFETIME])
            found = cursor.fetchone()
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Conflict(_("A request with this key is being worked on: ask again in a moment.")) from error
        raise
    return found[0] if found else None


def _replay(owner: str, key: str, print_: str) -> Response:
    known = IdempotencyKey.objects.get(owner=owner, key=key)
    if known.fingerprint != print_:
        raise Unprocessable(_("This idempotency key was used with another body."), field=HEADER)
    return Answer(known.status, known.body, known.headers).response(replayed=True)


def fingerprint(request: Request) -> str:
    """SHA-256 of what is asked for. Two spellings of the same JSON, and two multipart boundaries, are the same."""
    data = request.data
    if hasattr(data, "lists"):
        data = {name: [_digest(item) for item in items] for name, items in data.lists()}
    asked = json.dumps([request.method, request.path, data], sort_keys=True, cls=JSONEncoder)
    return hashlib.sha256(asked.encode()).hexdigest()


def _digest(item: Any) -> str:
    """A form value as it is; a file by its name and bytes."""
    if not hasattr(item, "chunks"):
        return str(item)
    digest = hashlib.sha256()
    for chunk in item.chunks():
        digest.update(chunk)
    item.seek(0)
    return f"{item.name}:{digest.hexdigest()}"


def sweep(*, now: datetime | None = None) -> int:
    """Forget keys older than a day; returns how many."""
    deleted, _by_model = IdempotencyKey.objects.filter(
        created_at__lt=(now or clock.now()) - LIFETIME
    ).delete()
    return deleted
