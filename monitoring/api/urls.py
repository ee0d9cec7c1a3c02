"""Mounted at /api/monitoring/."""

from django.urls import path

from monitoring.api import views
from monitoring.enums import SourceKind

# Zabbix takes a redirect for success and loses the body with it: both spellings are answered, none redirects.
urlpatterns = [
    path(f"{kind.value}/v1/events{end}", views.events, {"kind": kind.value}, name=name)
    for kind in SourceKind
    for end, name in (("", f"{kind.value}-events"), ("/", None))
]
