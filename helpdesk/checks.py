"""Safe by default: what must hold before the desk serves anyone who is not sitting at this machine.

The same rules are system checks (`manage.py check`) and a refusal to start: see `HelpdeskConfig.ready`.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.models import Count

from monitoring.services.notices.policies import POLICIES
from sla.queries import calendars

DEMO_PASSWORD = "demo"  # noqa: S105 — known to everybody, which is why it is refused outside the embedded mode
SHORTEST_KEY, FEWEST_CHARACTERS = 50, 10
LOOKED_AT = 20


def key_is_weak(key: str) -> bool:
    return len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS or key.startswith("django-insecure-")


def _half_external() -> bool:
    return bool(os.environ.get("DATABASE_URL")) != bool(os.environ.get("REDIS_URL"))


def settings_problems() -> Iterator[Error]:
    """What is wrong with the settings, most serious first."""
    if _half_external():
        yield Error(
            "Only one of DATABASE_URL and REDIS_URL is set: set both, or neither.", id="helpdesk.E001"
        )
    for name in ("NOTICE_AT_RISK", "NOTICE_DEGRADED"):
        if getattr(settings, name) not in POLICIES:
            yield Error(f"{name} must be one of {', '.join(POLICIES)}.", id="helpdesk.E006")
    if settings.EMBEDDED:
        return
    if key_is_weak(settings.SECRET_KEY):
        hint = "python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        yield Error(f"SECRET_KEY is missing or weak: set one made by {hint}.", id="helpdesk.E002")
    if settings.DEBUG:
        yield Error("DEBUG shows the insides to everybody: unset it.", id="helpdesk.E003")
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS must name the hosts of the desk, without `*`.", id="helpdesk.E004")


def refuse_unsafe_settings() -> None:
    """Raise ImproperlyConfigured with every sentence that applies."""
    problems = [str(problem.msg) for problem in settings_problems()]
    if problems:
        raise ImproperlyConfigured(" ".join(problems))


def has_demo_users() -> bool:
    """Whether somebody signs in with the demo password.

    The demo gives all its users one and the same hash, which real, salted passwords never share; so a few candidates
    are enough, whatever the number of users. Superusers are looked at in any case.
    """
    users = get_user_model().objects.filter(is_active=True).exclude(password="").order_by()
    shared = users.values_list("password").annotate(n=Count("pk")).filter(n__gt=1)[:LOOKED_AT]
    superusers = users.filter(is_superuser=True).values_list("password", flat=True)[:LOOKED_AT]
    candidates = {row[0] for row in shared} | set(superusers)
    return any(check_password(DEMO_PASSWORD, encoded) for encoded in candidates)


def refuse_demo_users() -> None:
    """Raise ImproperlyConfigured when demo users could sign in from outside. An unreachable database says nothing."""
    if settings.EMBEDDED:
        return
    try:
        found = has_demo_users()
    except DatabaseError:
        return
    if found:
        raise ImproperlyConfigured(DEMO_SENTENCE)


DEMO_SENTENCE = (
    "This database holds demo users, whose password everybody knows: use another database, "
    "or deactivate them before you open the desk."
)


@register(Tags.security)
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return list(settings_problems())


@register(Tags.security, deploy=True)
def check_mail_is_proven(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A reminder, no refusal: a desk behind a mail server that checks nothing still works."""
    if settings.MAIL_AUTHSERV_ID:
        return []
    hint = "Let your mail server check DMARC and name it in MAIL_AUTHSERV_ID (docs/mail.md)."
    return [
        Info(
            "Senders of mail are believed by their address, which can be forged.",
            hint=hint,
            id="helpdesk.I001",
        )
    ]


@register(Tags.database)
def check_demo_users(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        refuse_demo_users()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="helpdesk.E005")]
    return []


@register(Tags.database)
def check_calendars(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Holidays are a list that ends; after its end deadlines run through them and nobody notices.

    Asked only when a database is named (`migrate`, `check --database default`): importing the project asks none.
    """
    if not databases:
        return []
    try:
        found = calendars.rotting()
    except DatabaseError:
        return []
    return [
        Caution(
            f"{version.key} knows no holidays after {calendars.last_holiday(version)}: publish a new version.",
            id="helpdesk.W001",
        )
        for version in found
    ]
