"""Pages and panels of the SLA room."""

from django.urls import path

from sla.views import breaches, months, panels, reviews

app_name = "sla"
urlpatterns = [
    path("tickets/<int:ticket_id>/clocks/", panels.clocks, name="clocks"),
    path("budget/", panels.budget, name="budget"),
    path("breaches/", breaches.index, name="breaches"),
    path("breaches/<int:breach_id>/", reviews.show, name="breach"),
    path("breaches/<int:breach_id>/<slug:step>/", reviews.act, name="review_step"),
    path("months/", months.index, name="months"),
    path("months/close/", months.close, name="close_month"),
]
