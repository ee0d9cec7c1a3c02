"""Who may make a move: small predicates over (ticket, actor) that combine with `|`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.enums import LINE_ROLES, Actor, Line, Role

Test = Callable[[Any, Actor], bool]
OWN, MEMBER, ASSIGNEE = "C (own)", "member of the line", "assignee"
SPOKEN = {OWN: _("the customer"), MEMBER: _("member of the line"), ASSIGNEE: _("assignee")}


@dataclass(frozen=True, slots=True)
class Who:
    """A named predicate; the label is what the printed table shows."""

    label: str
    test: Test

    def __call__(self, ticket: Any, actor: Actor) -> bool:
        return self.test(ticket, actor)

    def spoken(self) -> str:
        """The label in the reader's words: roles by name instead of letters."""
        return ", ".join(str(SPOKEN.get(part) or Role(part).label) for part in self.label.split(", "))

    def __or__(self, other: "Who") -> "Who":
        return Who(
            f"{self.label}, {other.label}", lambda ticket, actor: self(ticket, actor) or other(ticket, actor)
        )


def roles(*letters: str) -> Who:
    """Any actor with one of the roles, by the letters of the rules."""
    wanted = tuple(Role(letter) for letter in letters)
    return Who(", ".join(letters), lambda _ticket, actor: actor.has(*wanted))


def _owns(ticket: Any, actor: Actor) -> bool:
    """Mirrors `visible_to`. Who is known by a mail address alone has no contact, and owns what such people wrote."""
    if not actor.is_contact or ticket.customer_id != actor.customer_id:
        return False
    return bool(ticket.contact_id == actor.contact_id or actor.sees_organisation)


own = Who(OWN, _owns)
line_member = Who(MEMBER, lambda ticket, actor: actor.has(LINE_ROLES[Line(ticket.line)]))
assignee = Who(
    ASSIGNEE, lambda ticket, actor: actor.user_id is not None and ticket.assignee_id == actor.user_id
)
anyone = Who("1, 2, 3, SL, MI, S", lambda _ticket, actor: actor.is_operator or actor.has(Role.SYSTEM))
