"""Administration of what is promised. Published versions are read only: a correction is a new version."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from sla import tasks
from sla.models import CalendarVersion, PolicyVersion, Target
from sla.queries.rulebook import PUBLICATION_DELAY
from sla.services import publishing


@admin.register(PolicyVersion)
class PolicyVersionAdmin(admin.ModelAdmin[PolicyVersion]):
    list_display = ("title", "published_at", "note")
    fields = ("title", "note")
    actions = ("make_draft", "check_versions", "publish")

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        is_draft = obj is None or obj.published_at is None
        return is_draft and super().has_change_permission(request, obj)

    @admin.action(description=gettext_lazy("Make a draft of it"), permissions=["add"])
    def make_draft(self, request: HttpRequest, queryset: QuerySet[PolicyVersion]) -> None:
        for version in queryset:
            draft = publishing.draft_from(version_id=version.pk)
            self.message_user(request, _("“%(title)s” is ready to be changed.") % {"title": draft.title})

    @admin.action(description=gettext_lazy("Check"), permissions=["view"])
    def check_versions(self, request: HttpRequest, queryset: QuerySet[PolicyVersion]) -> None:
        for version in queryset:
            found = publishing.findings(version)
            for finding in found[:20]:
                level = messages.ERROR if finding.fatal else messages.WARNING
                self.message_user(request, publishing.describe(finding), level)
            if not found:
                self.message_user(
                    request, _("“%(title)s” is complete and consistent.") % {"title": version.title}
                )

    @admin.action(description=gettext_lazy("Put in force"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[PolicyVersion]) -> None:
        for version in queryset:
            try:
                warnings = publishing.publish_policy(version_id=version.pk)
            except DomainError as refusal:
                self.message_user(request, str(refusal.detail), messages.ERROR)
                continue
            self.message_user(request, _("“%(title)s” is in force.") % {"title": version.title})
            for warning in warnings[:20]:
                self.message_user(request, publishing.describe(warning), messages.WARNING)


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin[Target]):
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

    def _is_open(self, target: Target | None) -> bool:
        return target is None or target.version.published_at is None

    def has_change_permission(self, request: HttpRequest, obj: Target | None = None) -> bool:
        return self._is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Target | None = None) -> bool:
        return obj is not None and self._is_open(obj) and super().has_delete_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A target can be added to a draft only."""
        if db_field.name == "version":
            kwargs["queryset"] = PolicyVersion.objects.filter(published_at__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(CalendarVersion)
class CalendarVersionAdmin(admin.ModelAdmin[CalendarVersion]):
    list_display = ("key", "title", "published_at", "tz", "week", "always")
    list_filter = ("key",)
    fields = ("key", "title", "always", "tz", "week", "holidays", "exceptions")

    def has_change_permission(self, request: HttpRequest, obj: CalendarVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CalendarVersion | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: CalendarVersion, form: Any, change: bool) -> None:
        """Publish; the clocks follow when every process has read the new hours."""
        publishing.publish_calendar(version=obj)
        key, wait = obj.key, PUBLICATION_DELAY.total_seconds()
        transaction.on_commit(lambda: tasks.recalculate.apply_async((key,), countdown=wait))
