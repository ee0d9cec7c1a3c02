"""Pages and panels of the SLA room."""

from django.urls import path

from sla.views import breaches, panels

app_name = "sla"
urlpatterns = [
    path("tickets/<int:ticket_id>/clocks/", panels.clocks, name="clocks"),
    path("budget/", panels.budget, name="budget"),
    path("breaches/", breaches.index, name="breaches"),
]
