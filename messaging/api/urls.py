"""Mounted at /api/messaging/: doors for programs of others. No session, no CSRF, never a redirect."""

from django.urls import path

from messaging.api import views

urlpatterns = [
    path("telegram/v1/<slug:bot>/updates", views.telegram_updates, name="telegram-updates"),
    path("calls/v1/events", views.call_events, name="call-events"),
]
