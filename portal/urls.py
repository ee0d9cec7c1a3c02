"""Mounted at /portal/: the customers' side."""

from django.urls import path, re_path

from portal.views import chat, filing, following, listing, profile, reading

NUMBER = r"(?P<number>[0-9]{2}-[0-9]{7,9})"
CODE = r"(?P<code>KB-[0-9]{4,9})"

app_name = "portal"
urlpatterns = [
    path("", listing.requests, name="requests"),
    path("requests/new/", filing.new, name="new"),
    path("requests/suggest/", filing.suggest, name="suggest"),
    re_path(rf"^requests/{NUMBER}/$", following.page, name="request"),
    re_path(rf"^requests/{NUMBER}/reply/$", following.reply, name="reply"),
    re_path(rf"^requests/{NUMBER}/solved/$", following.solved, name="solved"),
    re_path(rf"^requests/{NUMBER}/not-solved/$", following.reopen, name="reopen"),
    re_path(rf"^requests/{NUMBER}/cancel/$", following.cancel, name="cancel"),
    path("attachments/<int:pk>/", following.attachment, name="attachment"),
    path("articles/", reading.articles, name="articles"),
    re_path(rf"^articles/{CODE}/$", reading.article, name="article"),
    re_path(rf"^articles/{CODE}/feedback/$", reading.feedback, name="article_feedback"),
    path("chat/", chat.talk, name="chat"),
    path("chat/say/", chat.say, name="chat-say"),
    path("profile/telegram/", profile.telegram, name="telegram"),
    path("profile/telegram/forget/", profile.forget_telegram, name="forget-telegram"),
    path("outage/", listing.outage, name="outage"),
    path("profile/", profile.profile, name="profile"),
]
