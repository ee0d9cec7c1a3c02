"""Words of the room: who may read an article, and how far it can be trusted."""

import re
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Categories belong to tickets; here they are only codes, such as EM or EM.NET.
CATEGORY = re.compile(r"[A-Z]{2}(\.[A-Z0-9]{2,8})?\Z")


class Audience(TextChoices):
    INTERNAL = "internal", _("Operators only")
    CUSTOMER = "customer", _("Customers too")


class Confidence(TextChoices):
    """The KCS levels: a stub becomes trusted by being checked by somebody who knows."""

    WIP = "wip", _("Draft")
    NOT_VALIDATED = "not_validated", _("Not checked yet")
    VALIDATED = "validated", _("Checked")
    ARCHIVED = "archived", _("Archived")


class Verdict(TextChoices):
    HELPED = "helped", _("Helped")
    NOT_HELPED = "not_helped", _("Did not help")
    WRONG = "wrong", _("Wrong or outdated")


@dataclass(frozen=True, slots=True)
class Text:
    """One language of an article as it is written: Markdown body, plain title and summary."""

    title: str
    body: str
    summary: str = ""
