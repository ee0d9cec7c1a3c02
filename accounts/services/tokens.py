"""Making, using and revoking API tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta

from accounts.models import ApiToken, User
from common import clock

PREFIX = "hd_"
# Writing the last use on every call would cost each request a row lock.
LAST_USED_RESOLUTION = timedelta(minutes=5)


def digest_of(token: str) -> str:
    """SHA-256 of a token. Tokens carry 256 bits of chance, so no salt or slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(*, user: User, label: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A new token and its text. The text is not kept anywhere: show it now or never."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, label=label, prefix=text[:10], digest=digest_of(text), expires_at=expires_at
    )
    return token, text


def user_of_token(text: str) -> User | None:
    """The active user a token speaks for; None when it is unknown, expired or revoked."""
    now = clock.now()
    # One query for an operator. Joining the contact as well costs more in building the query than it saves in asking.
    known = ApiToken.objects.select_related("user", "user__operator")
    token = known.filter(digest=digest_of(text)).order_by().first()
    if token is None or token.revoked_at or not token.user.is_active:
        return None
    if token.expires_at and token.expires_at <= now:
        return None
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def revoke_token(*, token: ApiToken) -> None:
    """The token stops working at once; the row stays for the record."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now())
