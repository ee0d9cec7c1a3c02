"""Mounted at /api/v1/."""

from django.urls import path

import tickets.api.urls  # noqa: F401  # makes ticket_number known
from sla.api import views

urlpatterns = [
    path("tickets/<ticket_number:number>/clocks/", views.Clocks.as_view(), name="ticket-clocks"),
    path("attainment/", views.Attainment.as_view(), name="attainment"),
    path("breaches/", views.Breaches.as_view(), name="breaches"),
]
