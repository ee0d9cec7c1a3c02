"""An address that fails."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from helpdesk.urls import handler500

__all__ = ["handler500", "urlpatterns"]


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret SELECT")


urlpatterns = [path("api/v1/boom/", boom)]
