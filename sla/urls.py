"""Pages and panels of the SLA room."""

from django.urls import path

from sla.views import actions, breaches, calendars, months, panels, policies, reviews, risks, watch, what_if

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
    path("policies/", policies.index, name="policies"),
    path("policies/options/<slug:what>/", policies.options, name="policy_options"),
    path("policies/applications/<int:run_id>/", policies.application, name="application"),
    path("policies/applications/<int:run_id>/resume/", policies.resume, name="resume_application"),
    path("policies/runs/<int:run_id>/", what_if.run, name="what_if_run"),
    path("policies/runs/<int:run_id>/resume/", what_if.resume, name="resume_what_if"),
    path("policies/<int:version_id>/", policies.show, name="policy"),
    path("policies/<int:version_id>/save/", policies.save, name="save_policy"),
    path("policies/<int:version_id>/preview/", policies.preview, name="preview_policy"),
    path("policies/<int:version_id>/draft/", policies.draft, name="draft_policy"),
    path("policies/<int:version_id>/discard/", policies.discard, name="discard_policy"),
    path("policies/<int:version_id>/publish/", policies.publish, name="publish_policy"),
    path("policies/<int:version_id>/apply/", policies.apply, name="apply_policy"),
    path("policies/<int:version_id>/what-if/", what_if.show, name="what_if"),
    path("policies/<int:version_id>/what-if/run/", what_if.ask, name="ask_what_if"),
    path("policies/<int:version_id>/what-if/due/", what_if.due, name="due"),
    path("policies/<int:version_id>/what-if/examples/", what_if.examples, name="examples"),
    path("calendars/", calendars.index, name="calendars"),
    path("calendars/new/", calendars.edit, name="new_calendar"),
    path("calendars/preview/", calendars.preview, name="calendar_preview"),
    path("calendars/holidays/", calendars.holidays, name="calendar_holidays"),
    path("calendars/exception/", calendars.exception, name="calendar_exception"),
    path("calendars/<slug:calendar_key>/version/", calendars.edit, name="calendar"),
]
