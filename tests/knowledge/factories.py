"""Articles and their readers for the tests of this room."""

from accounts.enums import Actor, ActorKind, Language, Role
from knowledge.enums import Audience, Confidence, Text
from knowledge.models import Article
from knowledge.services.writing import write_article

SYSTEM = Actor.system()


def operator(*roles: Role, user_id: int | None = None, line: int = 1) -> Actor:
    """An operator of line 1 with extra roles."""
    return Actor(
        kind=ActorKind.OPERATOR,
        name="Operator 11, line 1",
        roles=frozenset({Role.LINE1, *roles}),
        user_id=user_id,
        line=line,
    )


def contact(contact_id: int | None = None, customer_id: int | None = None) -> Actor:
    return Actor(
        kind=ActorKind.CONTACT,
        name="IT director",
        roles=frozenset({Role.CUSTOMER}),
        contact_id=contact_id,
        customer_id=customer_id,
    )


def article(
    title: str = "Server does not answer",
    body: str = "Check the power.",
    *,
    language: str = Language.ENGLISH,
    summary: str = "",
    audience: str = Audience.CUSTOMER,
    confidence: str = Confidence.VALIDATED,
    categories: tuple[str, ...] = (),
    **texts: Text,
) -> Article:
    """A written article; more languages as keywords, for example ``ru=Text(…)``."""
    return write_article(
        actor=SYSTEM,
        audience=audience,
        confidence=confidence,
        categories=categories,
        texts={language: Text(title=title, summary=summary, body=body), **texts},
    )
