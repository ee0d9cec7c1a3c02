"""How a person wants to see the desk."""

from zoneinfo import available_timezones

from accounts.enums import Language, Theme
from accounts.models import User


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
