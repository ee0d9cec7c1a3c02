"""Mounted at /api/monitoring/."""

from django.urls import path

from monitoring.api import views

# Zabbix takes a redirect for success and loses the body with it: both spellings are answered, none redirects.
urlpatterns = [
    path("zabbix/v1/events", views.zabbix_events, name="zabbix-events"),
    path("zabbix/v1/events/", views.zabbix_events),
]
