"""Who may do what with an article. Reading is `Article.objects.visible_to`."""

from accounts.enums import Actor, ActorKind, Role
from knowledge.enums import Confidence
from knowledge.models import Article


def can_write(actor: Actor | None) -> bool:
    """Every operator may write and improve; the system may, for the demo and for imports."""
    return actor is not None and (actor.is_operator or actor.kind == ActorKind.SYSTEM)


def can_validate(actor: Actor | None) -> bool:
    """May declare an article checked, and so publish it to customers."""
    return actor is not None and actor.has(Role.EDITOR, Role.LINE3, Role.ADMINISTRATOR, Role.SYSTEM)


def can_edit(actor: Actor | None, article: Article) -> bool:
    """A checked article is changed only by those who may check it; the others report what is wrong in it."""
    return can_write(actor) and (article.confidence != Confidence.VALIDATED or can_validate(actor))


def can_archive(actor: Actor | None) -> bool:
    return can_validate(actor)


def can_give_feedback(actor: Actor | None) -> bool:
    return actor is not None and actor.is_human


def can_see_history(actor: Actor | None) -> bool:
    """Earlier wordings may have been internal, so customers never see them."""
    return can_write(actor)
