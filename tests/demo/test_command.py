"""Only an empty desk of the embedded mode is filled with people whose password everybody knows."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.factories import CustomerFactory, UserFactory


@pytest.mark.django_db
def test_command_refuses_a_desk_that_is_not_empty() -> None:
    UserFactory.create()
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo")


@pytest.mark.django_db
def test_force_does_not_take_over_a_user_of_the_same_name_nor_a_desk_with_customers() -> None:
    UserFactory.create(username="operator1")
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo", "--force")
    User.objects.all().delete()
    CustomerFactory.create()
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo", "--force")


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [[], ["--force"]])
def test_command_refuses_outside_the_embedded_mode(settings: object, arguments: list[str]) -> None:
    settings.EMBEDDED = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="embedded mode only"):
        call_command("seed_demo", *arguments)
    assert not User.objects.exists()
