"""Administration of sources; the ledger and the problems can be looked at, never changed."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from common.admin import LookOnly
from monitoring.models import Delivery, Problem, RejectedDelivery, Source
from monitoring.services.authenticating import forget_sources


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin[Source]):
    """Sources are made by `manage.py create_source`, which shows the token; their rules are changed here."""

    list_display = ("name", "kind", "slug", "recovery_policy", "is_active", "last_seen_at")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    readonly_fields = ("kind", "slug", "last_seen_at", "previous_valid_until", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_sources()


@admin.register(Delivery)
class DeliveryAdmin(LookOnly):
    list_display = (
        "id",
        "source",
        "kind",
        "event_id",
        "received_at",
        "seen_count",
        "processed_at",
        "outcome",
        "error",
    )
    list_filter = ("source", "kind", "outcome")
    list_select_related = ("source",)
    search_fields = ("event_id",)
    show_full_result_count = False


@admin.register(Problem)
class ProblemAdmin(LookOnly):
    list_display = ("event_id", "source", "state", "severity", "name", "host", "ticket", "first_seen_at")
    list_filter = ("source", "state", "severity")
    list_select_related = ("source", "ticket")
    search_fields = ("event_id", "trigger_id", "host", "name")
    show_full_result_count = False


@admin.register(RejectedDelivery)
class RejectedDeliveryAdmin(LookOnly):
    list_display = ("last_at", "source", "reason", "count", "detail", "address")
    list_filter = ("source", "reason")
    list_select_related = ("source",)
