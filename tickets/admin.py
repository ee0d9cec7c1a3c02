"""Administration of the catalogue. Tickets themselves are worked at the desk, never edited here."""

from django.contrib import admin
from django.http import HttpRequest

from tickets.models import Category, PriorityCell, ReplyTemplate


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


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin[ReplyTemplate]):
    """Texts are data: names in braces are filled in, a line whose value is unknown is left out of automatic ones."""

    list_display = ["code", "title_ru", "title_en", "is_automatic", "is_active"]
    list_filter = ["is_automatic", "is_active"]
    search_fields = ["code", "title_ru", "title_en", "text_ru", "text_en"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """The desk sends some by their code: switch one off instead."""
        return False
