"""Who may do what with incidents and planned works."""

from accounts.enums import Actor, Role


def works_on_incidents(actor: Actor) -> bool:
    """Operators of every line: whoever sees the mistake mends it, and why is on the timeline."""
    return actor.has(Role.LINE1, Role.LINE2, Role.LINE3, Role.SHIFT_LEAD, Role.MAJOR)


def plans_works(actor: Actor) -> bool:
    """Who may switch things off; line 1 only reads the plan."""
    return actor.has(Role.LINE2, Role.LINE3, Role.SHIFT_LEAD, Role.MAJOR)
