"""Technical rows of no room: nothing here belongs to the domain."""

from common.models.idempotency_key import IdempotencyKey

__all__ = ["IdempotencyKey"]
