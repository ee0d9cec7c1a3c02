"""`manage.py healthcheck web|clock|worker|beat|imap|telegram`: exit code 0 when that part is well, for container health checks."""

import http.client
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from redis.exceptions import RedisError

from helpdesk import pulse
from messaging.services.keeping_on import stuck

FETCHERS = ("imap", "telegram")


class Command(BaseCommand):
    help = "Say by the exit code whether one part of the desk is alive."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=["web", *pulse.LIMITS, *FETCHERS])

    def handle(self, *args: Any, part: str, **options: Any) -> None:
        problem = web() if part == "web" else fetching(part) if part in FETCHERS else background(part)
        if problem:
            raise CommandError(problem)


def web() -> str:
    """What is wrong with the web process of this machine; empty when it answers."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=5)
    try:
        connection.request("GET", "/healthz/live", headers={"Host": settings.ALLOWED_HOSTS[0]})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"No answer: {error}"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"It answers {status}"


def fetching(part: str) -> str:
    """What is wrong with a process that fetches from elsewhere; empty while it goes round."""
    return f"{part} stands still" if stuck(part) else ""


def background(part: str) -> str:
    """What is wrong with a background part, by its signs of life; empty when they are fresh."""
    try:
        age = pulse.ages([part])[part]
    except (RedisError, OSError) as error:
        return f"Redis does not answer: {type(error).__name__}"
    if age is None:
        return f"{part} has given no sign of life"
    return (
        ""
        if age <= pulse.LIMITS[part]
        else f"{part} was alive {age:.0f} s ago, {pulse.LIMITS[part]:.0f} s are allowed"
    )
