"""Making sources and changing their tokens."""

from datetime import timedelta

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, Invalid
from monitoring.enums import RecoveryPolicy, SourceKind
from monitoring.models import Source
from monitoring.services.authenticating import forget_sources, new_token

ROTATION_OVERLAP = timedelta(hours=24)


@transaction.atomic
def create_source(
    *,
    actor: Actor,
    kind: SourceKind,
    name: str,
    recovery_policy: RecoveryPolicy = RecoveryPolicy.UNTOUCHED,
    reopen_minutes: int | None = None,
    base_url: str = "",
) -> tuple[Source, str]:
    """A new source and its token. The token is not kept anywhere: show it now or never."""
    name = name.strip()
    if not name:
        raise Invalid(_("Give the source a name."), field="name")
    if Source.objects.filter(name=name).exists():
        raise Conflict(_("There is already a source named “%(name)s”.") % {"name": name})
    token, digest = new_token()
    source = Source(
        kind=kind, name=name, slug=_free_slug(name), token_digest=digest, recovery_policy=recovery_policy,
        base_url=base_url,
    )  # fmt: skip
    if reopen_minutes is not None:
        source.reopen_minutes = reopen_minutes
    source.save()
    transaction.on_commit(forget_sources)
    return source, token


@transaction.atomic
def rotate_token(*, actor: Actor, source_id: int) -> tuple[Source, str]:
    """A new token; the one in use until now works for another day, so that no alert is lost in between."""
    source = lock_one(Source.objects.all(), source_id)
    token, digest = new_token()
    source.previous_digest, source.token_digest = source.token_digest, digest
    source.previous_valid_until = clock.now() + ROTATION_OVERLAP
    source.save(update_fields=["previous_digest", "token_digest", "previous_valid_until"])
    transaction.on_commit(forget_sources)
    return source, token


def _free_slug(name: str) -> str:
    """The name as a slug; a number is added when another source has it. Names without Latin letters get `source`."""
    base = slugify(name)[:32] or "source"
    taken = set(Source.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)
