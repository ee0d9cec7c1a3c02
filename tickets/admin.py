"""Administration of the catalogue. Tickets themselves are worked at the desk, never edited here."""

from django.contrib import admin

from tickets.models import Category, PriorityCell


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    list_display = ("code", "name_en", "name_ru", "default_line", "change_type", "in_portal", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("code", "name_en", "name_ru")


@admin.register(PriorityCell)
class PriorityCellAdmin(admin.ModelAdmin[PriorityCell]):
    list_display = ("impact", "urgency", "priority")
    list_editable = ("priority",)

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
