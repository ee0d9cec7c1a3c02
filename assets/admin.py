"""Administration of the registry. What feeds what is wired on the page of the device, where a circle is explained."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from assets.models import (
    Circuit,
    Cluster,
    Endpoint,
    Equipment,
    Link,
    PowerInput,
    Rack,
    RegistrySync,
    Room,
    Service,
    Site,
)
from common.admin import LookOnly


class EndpointInline(admin.TabularInline[Endpoint, Service]):
    model = Endpoint
    extra = 0
    fields = ("name", "port", "path", "is_watched")


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin[Service]):
    inlines = (EndpointInline,)
    list_display = ("name", "customer", "kind", "label", "runs_on", "cluster", "monitored_host", "is_active")
    list_filter = ("kind", "is_active", "is_stale")
    list_select_related = ("customer", "runs_on", "cluster")
    search_fields = ("name", "label", "monitored_host", "customer__name")
    autocomplete_fields = ("customer", "runs_on", "cluster")
    readonly_fields = ("source", "source_id")


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin[Site]):
    list_display = ("code", "name", "address", "source", "is_stale")
    search_fields = ("code", "name")
    readonly_fields = ("source", "source_id")


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin[Room]):
    list_display = ("name", "site", "source", "is_stale")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("name", "site__code")
    readonly_fields = ("source", "source_id")


@admin.register(Rack)
class RackAdmin(admin.ModelAdmin[Rack]):
    list_display = ("name", "room", "units", "source", "is_stale")
    list_filter = ("room__site",)
    list_select_related = ("room__site",)
    search_fields = ("name", "room__name", "room__site__code")
    autocomplete_fields = ("room",)
    readonly_fields = ("source", "source_id")


@admin.register(Equipment)
class EquipmentAdmin(admin.ModelAdmin[Equipment]):
    """Nothing is deleted: an incident may refer to it. What is gone is out of service."""

    list_display = ("name", "kind", "status", "site", "rack", "owner", "monitored_host", "is_stale")
    list_filter = ("kind", "status", "is_monitored", "is_stale", "site")
    list_select_related = ("site", "rack__room__site", "owner")
    search_fields = ("name", "monitored_host")
    autocomplete_fields = ("site", "rack", "owner")
    readonly_fields = ("source", "source_id")

    def has_delete_permission(self, request: HttpRequest, obj: Equipment | None = None) -> bool:
        return False


@admin.register(PowerInput)
class PowerInputAdmin(LookOnly):
    list_display = ("equipment", "name", "provider", "leg", "is_stale")
    list_filter = ("leg", "is_stale")
    list_select_related = ("equipment", "provider")
    search_fields = ("equipment__name", "provider__name")


class LinkForm(forms.ModelForm[Link]):
    """Either end may be named first; the row keeps the lower one there."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        a, b = cleaned.get("a"), cleaned.get("b")
        if a and b and a.pk > b.pk:
            cleaned["a"], cleaned["b"] = b, a
        return cleaned


@admin.register(Link)
class LinkAdmin(admin.ModelAdmin[Link]):
    form = LinkForm
    list_display = ("a", "b", "label", "kind", "status", "is_stale")
    list_filter = ("kind", "status", "is_stale")
    list_select_related = ("a", "b")
    search_fields = ("a__name", "b__name", "label")
    autocomplete_fields = ("a", "b")
    readonly_fields = ("source", "source_id")


@admin.register(Circuit)
class CircuitAdmin(admin.ModelAdmin[Circuit]):
    list_display = ("provider", "cid", "equipment", "role", "is_egress", "status", "is_stale")
    list_filter = ("provider", "role", "status", "is_egress")
    list_select_related = ("equipment",)
    search_fields = ("provider", "cid", "equipment__name")
    autocomplete_fields = ("equipment",)
    readonly_fields = ("source", "source_id")


@admin.register(Cluster)
class ClusterAdmin(admin.ModelAdmin[Cluster]):
    list_display = ("name", "k", "source", "is_stale")
    search_fields = ("name",)
    autocomplete_fields = ("members",)
    readonly_fields = ("source", "source_id")


@admin.register(RegistrySync)
class RegistrySyncAdmin(LookOnly):
    list_display = ("source", "ran_at", "full_at", "read_until", "error")
