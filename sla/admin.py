"""Administration of what is promised. Published versions are read only: a correction is a new version."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import can_edit_policies
from common.admin import LookOnly
from sla.models import CalendarVersion, PolicyVersion, Target
from sla.queries import calendars


@admin.register(PolicyVersion)
class PolicyVersionAdmin(LookOnly):
    """Versions in a list; each is read, and a draft changed, on its own page."""

    list_display = ("title", "published_at", "published_by", "note", "editor")
    list_select_related = ("published_by",)
    fields = ("title", "published_at", "published_by", "note")

    @admin.display(description=gettext_lazy("promises"))
    def editor(self, version: PolicyVersion) -> SafeString:
        address = reverse("sla:policy", args=[version.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open in the editor"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Straight to the editor, for whoever may open it; the others may look at what the row says."""
        if can_edit_policies(getattr(request, "actor", None)) and object_id.isdecimal():
            return redirect("sla:policy", int(object_id))
        return super().change_view(request, object_id, form_url, extra_context)


@admin.register(Target)
class TargetAdmin(LookOnly):
    """The rows behind the sheets, to be searched; they are changed in a draft, on its page."""

    list_display = (
        "kind",
        "line",
        "tier",
        "category",
        "priority",
        "contract",
        "seconds",
        "calendar",
        "version",
    )
    list_filter = ("version", "kind", "tier", "priority")
    list_select_related = ("version", "contract")
    search_fields = ("category",)
    list_per_page = 50


@admin.register(CalendarVersion)
class CalendarVersionAdmin(LookOnly):
    """Versions in a list; hours are read and published on a page of their own."""

    list_display = ("key", "title", "published_at", "tz", "week", "always", "holidays_until", "editor")
    list_filter = ("key",)
    fields = (
        "key",
        "title",
        "published_at",
        "published_by",
        "always",
        "tz",
        "week",
        "holidays",
        "exceptions",
        "country",
        "subdivision",
    )

    @admin.display(description=gettext_lazy("Holidays known until"))
    def holidays_until(self, version: CalendarVersion) -> str:
        last = calendars.last_holiday(version)
        if last is None:
            return "–"
        shown = date_format(last, "SHORT_DATE_FORMAT")
        return format_html("⚠ {}", shown) if calendars.is_rotting(version) else shown

    @admin.display(description="")
    def editor(self, version: CalendarVersion) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("sla:calendar", args=[version.key]), _("Change"))
