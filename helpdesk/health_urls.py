"""Health checks, outside every language and login."""

from django.urls import path

from helpdesk import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("healthz/live", health.live, name="healthz-live"),
]
