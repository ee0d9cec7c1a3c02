"""What the list of tickets can be narrowed by: nothing else reaches the database."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from accounts.api.permissions import actor_of
from accounts.enums import Actor, Line
from common.filtering import Filters, KeyFilter, MomentFilter
from tickets.enums import OPEN, Channel, Priority, State
from tickets.models import Ticket
from tickets.queries import search_tickets

DESK_ONLY = ("line", "assignee", "customer")


class TicketFilters(Filters):
    """`line`, `assignee` and `customer` are for operators."""

    state = filters.MultipleChoiceFilter(choices=State.choices)
    open = filters.BooleanFilter(method="only_open")
    line = filters.ChoiceFilter(choices=Line.choices)
    assignee = KeyFilter(field_name="assignee_id")
    customer = KeyFilter(field_name="customer_id")
    category = filters.CharFilter(field_name="category__code", max_length=12)
    priority = filters.MultipleChoiceFilter(choices=Priority.choices)
    channel = filters.MultipleChoiceFilter(choices=Channel.choices)
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    q = filters.CharFilter(method="search", max_length=200)

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor: Actor | None = actor_of(self.request) if self.request is not None else None
        if self.actor is not None and self.actor.is_contact:
            for name in DESK_ONLY:
                del self.filters[name]

    def only_open(self, found: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        return found.filter(state__in=OPEN) if value else found.exclude(state__in=OPEN)

    def search(self, found: QuerySet[Ticket], name: str, text: str) -> QuerySet[Ticket]:
        assert self.actor is not None
        return found.filter(pk__in=search_tickets(self.actor, text).order_by().values("pk"))
