"""Mounted at /api/monitoring/."""

from django.urls import path

from monitoring.api import views
from monitoring.enums import SourceKind

# Zabbix takes a redirect for success and loses the body with it: both spellings are answered, none redirects.
urlpatterns = [
    path(
        f"{kind.value}/v1/{what}{end}",
        view,
        {"kind": kind.value},
        name=f"{kind.value}-{what}" if not end else None,
    )
    for kind in SourceKind
    for what, view in (("events", views.events), ("heartbeat", views.heartbeat))
    for end in ("", "/")
]
