"""Mounted at /m/: links that were written into monitoring and must stay true for ever."""

from django.urls import path

from monitoring.views.alerts import event_link

urlpatterns = [path("<slug:source>/<int:event_id>", event_link, name="event-link")]
