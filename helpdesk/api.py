"""Composes the REST API of all rooms under /api/v1/; every room owns its own."""

from django.urls import include, path, re_path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from common.errors import Missing


class Nowhere(APIView):
    """Every other address answers with a problem document, never with a page or a redirect that loses the body."""

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise Missing(_("There is no such address. Addresses end with a slash."))


urlpatterns = [
    path("", include("tickets.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("knowledge.api.urls")),
    path("", include("sla.api.urls")),
    re_path(r"^.*$", Nowhere.as_view()),
]
app_name = "api"
