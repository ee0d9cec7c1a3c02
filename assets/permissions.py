"""Who may do what in the registry."""

from __future__ import annotations

from accounts.enums import Actor, ActorKind, Role


def is_the_system(actor: Actor | None) -> bool:
    """Commands and schedules, never a person."""
    return actor is not None and actor.kind == ActorKind.SYSTEM


def can_edit_registry(actor: Actor | None) -> bool:
    """Engineers of line 3 and administrators."""
    return actor is not None and actor.is_operator and actor.has(Role.LINE3, Role.ADMINISTRATOR)
