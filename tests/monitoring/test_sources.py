"""Making sources on the command line."""

from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from monitoring.models import Source
from monitoring.services.authenticating import rules_for_token

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    out = StringIO()
    call_command("create_source", "zabbix", *arguments, stdout=out)
    return out.getvalue().strip()


def test_create_source_prints_a_token_that_is_kept_nowhere() -> None:
    token = create(
        "--name", "Hall 1", "--recovery", "note", "--reopen-minutes", "0", "--url", "https://z.example"
    )
    source = Source.objects.get()
    assert token.startswith("hz_")
    assert token not in str(Source.objects.values())
    assert (source.recovery_policy, source.reopen_minutes, source.base_url) == (
        "note",
        0,
        "https://z.example",
    )
    rules = rules_for_token(token)
    assert rules is not None
    assert rules.id == source.pk


def test_second_source_of_the_same_name_is_refused_in_words() -> None:
    create("--name", "Hall 1")
    with pytest.raises(CommandError, match="already a source"):
        create("--name", "Hall 1")


def test_names_without_latin_letters_get_a_slug_all_the_same() -> None:
    create("--name", "Зал 1")
    create("--name", "Зал, второй")
    create("--name", "Зал, третий")
    slugs = set(Source.objects.values_list("slug", flat=True))
    assert len(slugs) == 3
    assert "source" in slugs


def test_network_that_is_none_is_refused() -> None:
    create("--name", "Hall 1")
    source = Source.objects.get()
    source.allowed_networks = ["not a network"]
    with pytest.raises(ValidationError):
        source.full_clean()
