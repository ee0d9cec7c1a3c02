"""A policy editor at work: a draft of the default promises, its sheet as the page would post it."""

from django.test import Client

from accounts.enums import Actor
from accounts.models import User
from sla.models import PolicyVersion
from sla.queries import policies, promises, sheets
from sla.services import drafting
from tests import factories


def manager() -> Actor:
    return factories.operator(is_service_manager=True)


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def a_draft(actor: Actor | None = None) -> PolicyVersion:
    source = policies.in_force()
    assert source is not None
    return drafting.draft_from(actor=actor or manager(), version_id=source.pk)


def typed(version: PolicyVersion, **changed: str) -> dict[str, str]:
    """Everything the page of the version would send, with some fields typed otherwise."""
    entries = policies.entries_of(version.pk)
    fields = sheets.typed_of(entries, promises.labels(entries))
    return {**fields, "title": version.title, "note": version.note, **changed}


def special(number: int, **values: object) -> dict[str, str]:
    """The fields of one special row."""
    defaults = {"clock": "RES", "amount": "30 min", "calendar": "C247"}
    return {f"s{number}-{name}": str(value) for name, value in {**defaults, **values}.items()}


def save(version: PolicyVersion, **changed: str) -> list[str]:
    sent = typed(version, **changed)
    return drafting.save(
        actor=manager(), version_id=version.pk, title=sent["title"], note=sent["note"], typed=sent
    )


def put_in_force(version: PolicyVersion, actor: Actor | None = None) -> None:
    """Published, and already in force as if some seconds had passed."""
    from common import clock
    from sla.queries import rulebook
    from sla.services import publishing

    publishing.publish_policy(
        actor=actor or manager(), version_id=version.pk, why="agreed with the customers"
    )
    PolicyVersion.objects.filter(pk=version.pk).update(published_at=clock.now())
    rulebook.forget()
