"""Administrators look at articles here; they are written on the pages, so that every change leaves a revision."""

from django.contrib import admin
from django.http import HttpRequest

from knowledge.models import Article, ArticleRevision, Feedback


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # one base for three models
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Article)
class ArticleAdmin(ReadOnly):
    list_display = ["code", "audience", "confidence", "categories", "owner", "updated_at"]
    list_filter = ["audience", "confidence"]
    search_fields = ["code", "texts__title"]
    list_select_related = ["owner"]


@admin.register(ArticleRevision)
class ArticleRevisionAdmin(ReadOnly):
    list_display = ["article", "number", "at", "user", "changed", "note"]
    list_select_related = ["article", "user"]
    search_fields = ["article__code"]


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly):
    list_display = ["article", "verdict", "comment", "user", "contact", "at"]
    list_filter = ["verdict"]
    list_select_related = ["article", "user", "contact"]
