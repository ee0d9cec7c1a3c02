"""The thirty-second article: what an engineer leaves behind when a ticket was solved without an instruction."""

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import Actor
from knowledge.enums import Audience, Confidence, Text
from knowledge.models import Article
from knowledge.services.writing import write_article


def create_stub(
    *,
    actor: Actor,
    title: str,
    problem: str,
    resolution: str,
    environment: str = "",
    cause: str = "",
    language: str,
    category_code: str = "",
    ticket_ref: str = "",
) -> Article:
    """An internal draft with the four KCS sections pre-filled; empty ones are marked to be written.

    The solver makes it readable within 24 hours, an editor or line 3 checks it within 7 days (domain.md §1.8).
    """
    with translation.override(language):
        sections = [
            (_("Problem"), problem),
            (_("Environment"), environment),
            (_("Cause"), cause),
            (_("Solution"), resolution),
        ]
        body = "\n\n".join(
            f"## {heading}\n\n{words.strip() or _('To be written.')}" for heading, words in sections
        )
        note = _("Draft made from ticket %(number)s") % {"number": ticket_ref} if ticket_ref else ""
    return write_article(
        actor=actor,
        audience=Audience.INTERNAL,
        confidence=Confidence.WIP,
        texts={language: Text(title=title[:200], body=body)},
        categories=[category_code] if category_code else [],
        note=note,
        ticket_ref=ticket_ref,
    )
