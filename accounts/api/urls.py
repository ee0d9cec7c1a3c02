"""Mounted at /api/v1/."""

from django.urls import path

import common.converters  # noqa: F401  # makes row_id known
from accounts.api import views

urlpatterns = [
    path("me/", views.Me.as_view(), name="me"),
    path("customers/", views.Customers.as_view(), name="customers"),
    path("customers/<row_id:pk>/", views.OneCustomer.as_view(), name="customer"),
    path("contacts/", views.Contacts.as_view(), name="contacts"),
    path("contacts/<row_id:pk>/", views.OneContact.as_view(), name="contact"),
]
