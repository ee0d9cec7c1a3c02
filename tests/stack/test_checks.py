"""Safe by default: what a desk open to others refuses."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from accounts.models import User
from helpdesk import checks
from helpdesk.stack.embedded import ROOT

STRONG = "kZ3vQ9-xW7_tR5yU1iO8pA2sD4fG6hJ0lMnBvCqEwTzXrYu-IoPsK"
PRODUCTION = {
    "DATABASE_URL": "postgresql://desk@db.invalid/desk",
    "REDIS_URL": "redis://redis.invalid:6379/0",
    "SECRET_KEY": STRONG,
    "ALLOWED_HOSTS": "desk.example.com",
    "BASE_URL": "https://desk.example.com",
}


@pytest.fixture
def production(settings: Any) -> Any:
    settings.EMBEDDED = False
    settings.SECRET_KEY, settings.DEBUG, settings.ALLOWED_HOSTS = STRONG, False, ["desk.example.com"]
    return settings


def ids() -> list[str | None]:
    return [problem.id for problem in checks.settings_problems()]


def test_sound_production_settings_are_accepted(production: Any) -> None:
    assert ids() == []
    checks.refuse_unsafe_settings()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SECRET_KEY", "short", "helpdesk.E002"),
        ("SECRET_KEY", "a" * 80, "helpdesk.E002"),
        ("SECRET_KEY", "django-insecure-" + STRONG, "helpdesk.E002"),
        ("DEBUG", True, "helpdesk.E003"),
        ("ALLOWED_HOSTS", ["desk.example.com", "*"], "helpdesk.E004"),
        ("ALLOWED_HOSTS", [], "helpdesk.E004"),
    ],
)
def test_unsafe_setting_is_refused(production: Any, name: str, value: Any, problem: str) -> None:
    setattr(production, name, value)
    assert ids() == [problem]
    with pytest.raises(ImproperlyConfigured):
        checks.refuse_unsafe_settings()


def test_embedded_desk_may_have_what_only_this_machine_sees(settings: Any) -> None:
    settings.DEBUG, settings.SECRET_KEY = True, "short"
    assert ids() == []


def manage(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    for name in ("SECURE_HTTPS", "BEHIND_PROXY", "DEBUG"):
        kept.pop(name, None)
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env={**kept, **PRODUCTION, **changed}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_deployment_check_of_django_finds_nothing_to_warn_about() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


def test_refusal_to_start_is_one_sentence() -> None:
    refused = manage("migrate", SECRET_KEY="weak")
    assert refused.returncode == 1
    assert refused.stderr.startswith("SECRET_KEY is missing or weak")
    assert "Traceback" not in refused.stderr


@pytest.mark.django_db
def test_demo_users_are_refused_on_an_open_desk(production: Any) -> None:
    encoded = make_password(checks.DEMO_PASSWORD)
    User.objects.bulk_create(User(username=f"demo-{number}", password=encoded) for number in range(3))
    assert checks.has_demo_users()
    with pytest.raises(ImproperlyConfigured, match="demo users"):
        checks.refuse_demo_users()
    assert "helpdesk.E005" in {problem.id for problem in run_checks(tags=["database"], databases=["default"])}
    User.objects.update(is_active=False)
    checks.refuse_demo_users()


@pytest.mark.django_db
def test_superuser_with_the_demo_password_is_refused_even_alone(production: Any) -> None:
    User.objects.create_superuser("root", "root@example.com", checks.DEMO_PASSWORD)
    with pytest.raises(ImproperlyConfigured):
        checks.refuse_demo_users()


@pytest.mark.django_db
def test_real_users_are_not_taken_for_demo_users(production: Any) -> None:
    for number in range(3):
        User.objects.create_user(f"real-{number}", f"real-{number}@example.com", f"long enough {number}")
    User.objects.create_superuser("root", "root@example.com", "quite another one")
    checks.refuse_demo_users()
