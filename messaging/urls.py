"""Mounted at /channels/: how mail, chat and telephone are, for operators."""

from django.urls import path

import common.converters  # noqa: F401  # makes row_id known
from messaging.views import channels

app_name = "messaging"
urlpatterns = [
    path("", channels.index, name="index"),
    path("bar/", channels.bar, name="bar"),
    path("received/<row_id:inbound_id>/again/", channels.route_again, name="route-again"),
    path("sent/<row_id:outbound_id>/again/", channels.send_again, name="send-again"),
]
