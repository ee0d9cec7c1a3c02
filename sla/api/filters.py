"""What the list of broken promises can be narrowed by."""

import django_filters as filters

from accounts.enums import Line
from common.filtering import Filters, MomentFilter
from sla.enums import PROMISES, ClockKind
from sla.models import Breach


class BreachFilters(Filters):
    kind = filters.MultipleChoiceFilter(choices=[(kind, ClockKind(kind).label) for kind in PROMISES])
    line = filters.ChoiceFilter(choices=Line.choices)
    ticket = filters.CharFilter(field_name="ticket__number", max_length=12)
    since = MomentFilter(field_name="breached_at", lookup_expr="gte")
    until = MomentFilter(field_name="breached_at", lookup_expr="lt")

    class Meta:
        model = Breach
        fields: list[str] = []
