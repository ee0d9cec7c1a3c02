"""Mounted at /api/v1/."""

from django.urls import path, re_path

from knowledge.api import views

urlpatterns = [
    path("articles/", views.Articles.as_view(), name="articles"),
    re_path(r"^articles/(?P<code>KB-[0-9]{4,9})/$", views.OneArticle.as_view(), name="article"),
]
