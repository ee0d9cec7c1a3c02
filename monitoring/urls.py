"""Mounted at /monitoring/."""

from django.urls import path

from monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("tickets/<int:ticket_id>/alerts/", views.ticket_alerts, name="ticket-alerts"),
    path("sources/", views.sources, name="sources"),
    path("sources/<int:source_id>/rotate/", views.rotate, name="rotate"),
    path("rejected/", views.rejected, name="rejected"),
]
