"""Mounted at /desk/: the operators' workspace."""

from django.urls import path

from tickets.views import files, moves, new, queue, search, shift, ticket, writing

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("pulse/", queue.pulse, name="pulse"),
    path("search/", search.search, name="search"),
    path("shift/", shift.shift, name="shift"),
    path("new/", new.new, name="new"),
    path("new/customers/", new.customers, name="customers"),
    path("new/people/", new.people, name="people"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    path("tickets/<str:number>/", ticket.page, name="ticket"),
    path("tickets/<str:number>/now/", ticket.now, name="now"),
    path("tickets/<str:number>/history/", ticket.history, name="history"),
    path("tickets/<str:number>/write/", writing.write, name="write"),
    path("tickets/<str:number>/accept/", moves.accept, name="accept"),
    path("tickets/<str:number>/call/", shift.call, name="call"),
    path("tickets/<str:number>/merge-targets/", moves.merge_targets, name="merge-targets"),
    path("tickets/<str:number>/articles/", moves.articles, name="articles"),
    path("tickets/<str:number>/moves/<str:transition>/", moves.make, name="move"),
]
