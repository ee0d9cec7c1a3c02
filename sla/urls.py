"""Pages and panels of the SLA room."""

from django.urls import path

from sla.views import actions, breaches, months, panels, reviews, risks, watch

app_name = "sla"
urlpatterns = [
    path("tickets/<int:ticket_id>/clocks/", panels.clocks, name="clocks"),
    path("budget/", panels.budget, name="budget"),
    path("watch/", watch.bar, name="watch"),
    path("risks/", risks.risks, name="risks"),
    path("breaches/", breaches.index, name="breaches"),
    path("breaches/<int:breach_id>/", reviews.show, name="breach"),
    path("breaches/<int:breach_id>/<slug:step>/", reviews.act, name="review_step"),
    path("proposals/<int:proposal_id>/<slug:decision>/", breaches.decide, name="decide_proposal"),
    path("actions/", actions.index, name="actions"),
    path("actions/<int:action_id>/done/", actions.done, name="action_done"),
    path("months/", months.index, name="months"),
    path("months/close/", months.close, name="close_month"),
]
