"""Who may ask about the whole shift."""

from typing import TYPE_CHECKING

from rest_framework.request import Request

from accounts.api.permissions import IsOperator, actor_of
from accounts.permissions import leads_shift

if TYPE_CHECKING:  # rest_framework.views loads permissions by setting: at run time it would be a circle
    from rest_framework.views import APIView


class LeadsShift(IsOperator):
    """Shift leads, service managers and administrators. To contacts the address does not exist."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return super().has_permission(request, view) and leads_shift(actor_of(request))
