"""Administrators look at articles here; they are written on the pages, so that every change leaves a revision."""

from django.contrib import admin

from common.admin import LookOnly
from knowledge.models import Article, ArticleRevision, Feedback


@admin.register(Article)
class ArticleAdmin(LookOnly):
    list_display = ["code", "audience", "confidence", "categories", "owner", "updated_at"]
    list_filter = ["audience", "confidence"]
    search_fields = ["code", "texts__title"]
    list_select_related = ["owner"]


@admin.register(ArticleRevision)
class ArticleRevisionAdmin(LookOnly):
    list_display = ["article", "number", "at", "user", "changed", "note"]
    list_select_related = ["article", "user"]
    search_fields = ["article__code"]


@admin.register(Feedback)
class FeedbackAdmin(LookOnly):
    list_display = ["article", "verdict", "comment", "user", "contact", "at"]
    list_filter = ["verdict"]
    list_select_related = ["article", "user", "contact"]
