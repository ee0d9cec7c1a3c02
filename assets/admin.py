"""Administration of the registry."""

from django.contrib import admin

from assets.models import Service


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin[Service]):
    list_display = ("name", "customer", "kind", "label", "monitored_host", "monitored_host_id", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("customer",)
    search_fields = ("name", "label", "monitored_host", "customer__name")
    autocomplete_fields = ("customer",)
