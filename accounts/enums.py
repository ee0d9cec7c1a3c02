"""Words of this room, and the `Actor`: who is asking, as every service is told."""

from dataclasses import dataclass, field

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Line(IntegerChoices):
    """The three support lines of the centre."""

    FIRST = 1, _("Line 1")
    SECOND = 2, _("Line 2")
    THIRD = 3, _("Line 3")


class Language(TextChoices):
    RUSSIAN = "ru", _("Russian")
    ENGLISH = "en", _("English")


class Tier(TextChoices):
    """Contract tiers; the targets of each are in `sla`."""

    BASIC = "basic", _("Basic")
    BUSINESS = "business", _("Business")
    PREMIUM = "premium", _("Premium")


class AddressKind(TextChoices):
    MAIL = "mail", _("E-mail")
    PHONE = "phone", _("Telephone")
    TELEGRAM = "telegram", _("Telegram")


class Theme(TextChoices):
    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class ActorKind(TextChoices):
    OPERATOR = "operator", _("Operator")
    CONTACT = "contact", _("Customer")
    SYSTEM = "system", _("System")
    MONITORING = "monitoring", _("Monitoring")


class Role(TextChoices):
    """The actors of the life-cycle table, with the letters it uses."""

    CUSTOMER = "C", _("Customer contact")
    AUTHORISED = "CA", _("Authorised contact")
    SYSTEM = "S", _("System")
    MONITORING = "M", _("Monitoring")
    LINE1 = "1", _("Operator (line 1)")
    LINE2 = "2", _("Senior operator (line 2)")
    LINE3 = "3", _("Engineer or expert (line 3)")
    SHIFT_LEAD = "SL", _("Shift lead")
    MAJOR = "MI", _("Major-incident manager")
    SERVICE_MANAGER = "SM", _("Service-level manager")
    EDITOR = "KE", _("Knowledge editor")
    ADMINISTRATOR = "AD", _("Administrator")


LINE_ROLES = {Line.FIRST: Role.LINE1, Line.SECOND: Role.LINE2, Line.THIRD: Role.LINE3}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking. Made once per request by `accounts.queries.actor_for`; never from what the caller sent."""

    kind: ActorKind
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    user_id: int | None = None
    contact_id: int | None = None
    customer_id: int | None = None
    sees_organisation: bool = False
    line: int | None = None

    @classmethod
    def system(cls) -> "Actor":
        return cls(kind=ActorKind.SYSTEM, name="", roles=frozenset({Role.SYSTEM}))

    @classmethod
    def monitoring(cls, source: str) -> "Actor":
        """An alert source, named as the administrator named it."""
        return cls(kind=ActorKind.MONITORING, name=source, roles=frozenset({Role.MONITORING, Role.SYSTEM}))

    @classmethod
    def stranger(cls, name: str, customer_id: int | None = None) -> "Actor":
        """A person known by a mail address, a chat or a telephone only, of a customer if that much is known."""
        return cls(
            kind=ActorKind.CONTACT, name=name, roles=frozenset({Role.CUSTOMER}), customer_id=customer_id
        )

    @property
    def is_operator(self) -> bool:
        return self.kind == ActorKind.OPERATOR

    @property
    def is_contact(self) -> bool:
        return self.kind == ActorKind.CONTACT

    @property
    def is_human(self) -> bool:
        return self.kind in (ActorKind.OPERATOR, ActorKind.CONTACT)

    def has(self, *roles: Role) -> bool:
        """True when the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)
