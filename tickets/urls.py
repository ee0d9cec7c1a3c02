"""Mounted at /desk/: the operators' workspace."""

from django.urls import path

import common.converters  # noqa: F401  # makes row_id known
from tickets.views import (
    bypasses,
    calls,
    debts,
    files,
    moves,
    new,
    queue,
    search,
    shift,
    templates,
    ticket,
    writing,
)

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("pulse/", queue.pulse, name="pulse"),
    path("search/", search.search, name="search"),
    path("shift/", shift.shift, name="shift"),
    path("bypasses/", bypasses.index, name="bypasses"),
    path("debts/", debts.index, name="debts"),
    path("owed/", debts.owed, name="owed"),
    path("calls/", calls.calls, name="calls"),
    path("calls/log/", calls.log_call, name="log-call"),
    path("new/", new.new, name="new"),
    path("new/customers/", new.customers, name="customers"),
    path("new/people/", new.people, name="people"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    path("tickets/<str:number>/", ticket.page, name="ticket"),
    path("tickets/<str:number>/now/", ticket.now, name="now"),
    path("tickets/<str:number>/history/", ticket.history, name="history"),
    path("tickets/<str:number>/write/", writing.write, name="write"),
    path("tickets/<str:number>/templates/", templates.templates, name="templates"),
    path("tickets/<str:number>/accept/", moves.accept, name="accept"),
    path("tickets/<str:number>/call/", shift.call, name="call"),
    path("tickets/<str:number>/merge-targets/", moves.merge_targets, name="merge-targets"),
    path("tickets/<str:number>/articles/", moves.articles, name="articles"),
    path("tickets/<str:number>/bypasses/<row_id:bypass_id>/<slug:step>/", bypasses.act, name="bypass_step"),
    path("tickets/<str:number>/article/", debts.use, name="use_article"),
    path("tickets/<str:number>/article/draft/", debts.draft, name="draft_article"),
    path("tickets/<str:number>/waiver/<slug:verdict>/", debts.judge_waiver, name="judge_waiver"),
    path("tickets/<str:number>/moves/<str:transition>/", moves.make, name="move"),
]
