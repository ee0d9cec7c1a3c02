"""Composes the URLs of all rooms; every room owns its own."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from accounts.views import addresses, preferences
from helpdesk.api_docs import api_docs
from helpdesk.home import home

# One sign-in with one lock-out: the admin site's own form would be a second way to guess passwords.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

ROOMS = [
    ("desk/", "tickets.urls"),
    ("portal/", "portal.urls"),
    ("knowledge/", "knowledge.urls"),
    ("reports/", "reports.urls"),
    ("sla/", "sla.urls"),
    ("registry/", "assets.urls"),
    ("channels/", "messaging.urls"),
    ("monitoring/", "monitoring.urls"),
    ("api/v1/", "helpdesk.api"),
    ("m/", "monitoring.link_urls"),
    ("api/monitoring/", "monitoring.api.urls"),
    ("api/messaging/", "messaging.api.urls"),
    ("", "helpdesk.health_urls"),
]
urlpatterns = [
    path("", home, name="home"),
    path("accounts/preferences/", preferences, name="preferences"),
    path("accounts/email/", addresses),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs, name="api-docs"),
    *(path(prefix, include(module)) for prefix, module in ROOMS),
]

handler400 = "helpdesk.failures.bad_request"
handler403 = "helpdesk.failures.forbidden"
handler404 = "helpdesk.failures.not_found"
handler500 = "helpdesk.failures.failed"
