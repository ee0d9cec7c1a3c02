"""How a person wants to see the desk, and to be reached by it."""

from datetime import time
from zoneinfo import available_timezones

from accounts.enums import AddressKind, Language, Theme
from accounts.models import Contact, User


def prefer(*, user_id: int, language: str = "", theme: str = "", time_zone: str = "") -> None:
    """Keep the known ones of these on the account; anything else is ignored."""
    wanted = {}
    if language in Language.values:
        wanted["language"] = language
    if theme in Theme.values:
        wanted["theme"] = theme
    if time_zone in available_timezones():
        wanted["time_zone"] = time_zone
    if wanted:
        User.objects.filter(pk=user_id).update(**wanted)


def prefer_reaching(
    *, contact_id: int, quiet_from: time | None, quiet_until: time | None, first: str = AddressKind.MAIL
) -> None:
    """Which way is tried first, and from when to when only emergencies may ring; None for no quiet hours."""
    others = [kind for kind in (AddressKind.MAIL, AddressKind.TELEGRAM) if kind != first]
    Contact.objects.filter(pk=contact_id).update(
        channels=[first, *others], quiet_from=quiet_from, quiet_until=quiet_until
    )
