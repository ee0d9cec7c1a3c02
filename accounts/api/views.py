"""Customers, contacts and the caller themself."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.filters import ContactFilters, CustomerFilters
from accounts.api.permissions import AdministratorsChange, caller, owner_of
from accounts.api.shapes import (
    ContactChange,
    ContactInput,
    ContactOutput,
    CustomerInput,
    CustomerOutput,
    MeOutput,
)
from accounts.models import Contact, Customer
from accounts.services.addressing import Address
from accounts.services.registering import save_contact, save_customer
from common.idempotency import Answer, answer_once
from common.openapi import IDEMPOTENCY


@extend_schema_view(get=extend_schema(summary=_("List customers"), tags=["customers"]))
class Customers(ListAPIView[Customer]):
    """Customer organisations, in the order they were entered. Operators only."""

    permission_classes = [AdministratorsChange]
    queryset = Customer.objects.all()
    serializer_class = CustomerOutput
    filterset_class = CustomerFilters
    orderings = {"id": "pk"}

    @extend_schema(
        summary=_("Enter a customer"), tags=["customers"], request=CustomerInput, responses={201: CustomerOutput},
        parameters=[IDEMPOTENCY],
        description=_("Administrators only."),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = CustomerInput(data=request.data)
        body.is_valid(raise_exception=True)
        return answer_once(
            request, owner=owner_of(request), work=lambda: self._enter(request, body.validated_data)
        )

    def _enter(self, request: Request, values: dict[str, Any]) -> Answer:
        customer = save_customer(actor=caller(request), **values)
        address = reverse("api:customer", args=[customer.pk], request=request)
        return Answer(201, CustomerOutput(customer).data, {"Location": address})


class OneCustomer(APIView):
    permission_classes = [AdministratorsChange]

    @extend_schema(summary=_("Read a customer"), tags=["customers"], responses=CustomerOutput)
    def get(self, request: Request, pk: int) -> Response:
        return Response(CustomerOutput(get_object_or_404(Customer, pk=pk)).data)

    @extend_schema(
        summary=_("Change a customer"), tags=["customers"], request=CustomerInput(partial=True),
        responses=CustomerOutput, description=_("Only the fields sent are changed. Administrators only."),
    )  # fmt: skip
    def patch(self, request: Request, pk: int) -> Response:
        body = CustomerInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        customer = save_customer(actor=caller(request), customer_id=pk, **body.validated_data)
        return Response(CustomerOutput(customer).data)


def _contacts() -> QuerySet[Contact]:
    return Contact.objects.select_related("customer").prefetch_related("addresses")


def _with_addresses(values: dict[str, Any]) -> dict[str, Any]:
    if "addresses" in values:
        values["addresses"] = [Address(**address) for address in values["addresses"]]
    if "customer" in values:
        values["customer_id"] = values.pop("customer")
    return values


def _shown(pk: int) -> dict[str, Any]:
    shown: dict[str, Any] = ContactOutput(get_object_or_404(_contacts(), pk=pk)).data
    return shown


@extend_schema_view(get=extend_schema(summary=_("List contacts"), tags=["contacts"]))
class Contacts(ListAPIView[Contact]):
    """People of the customers, in the order they were entered. Operators only."""

    permission_classes = [AdministratorsChange]
    queryset = Contact.objects.select_related("customer").prefetch_related("addresses")
    serializer_class = ContactOutput
    filterset_class = ContactFilters
    orderings = {"id": "pk"}

    @extend_schema(
        summary=_("Enter a contact"), tags=["contacts"], request=ContactInput, responses={201: ContactOutput},
        parameters=[IDEMPOTENCY],
        description=_("Administrators only. Telephone numbers are kept in E.164, mail addresses in lower case."),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = ContactInput(data=request.data)
        body.is_valid(raise_exception=True)
        values = _with_addresses(body.validated_data)
        return answer_once(request, owner=owner_of(request), work=lambda: self._enter(request, values))

    def _enter(self, request: Request, values: dict[str, Any]) -> Answer:
        contact = save_contact(actor=caller(request), **values)
        address = reverse("api:contact", args=[contact.pk], request=request)
        return Answer(201, _shown(contact.pk), {"Location": address})


class OneContact(APIView):
    permission_classes = [AdministratorsChange]

    @extend_schema(summary=_("Read a contact"), tags=["contacts"], responses=ContactOutput)
    def get(self, request: Request, pk: int) -> Response:
        return Response(_shown(pk))

    @extend_schema(
        summary=_("Change a contact"), tags=["contacts"], request=ContactChange(partial=True), responses=ContactOutput,
        description=_("Only the fields sent are changed; `addresses` replace all there were. Administrators only."),
    )  # fmt: skip
    def patch(self, request: Request, pk: int) -> Response:
        body = ContactChange(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        contact = save_contact(actor=caller(request), contact_id=pk, **_with_addresses(body.validated_data))
        return Response(_shown(contact.pk))


class Me(APIView):
    @extend_schema(summary=_("Who am I"), tags=["me"], responses=MeOutput)
    def get(self, request: Request) -> Response:
        """Who the token or session speaks for, and with which roles."""
        actor, user = caller(request), request.user
        assert user.is_authenticated
        customer = Customer.objects.filter(pk=actor.customer_id or 0).first() if actor.is_contact else None
        shown = {
            "kind": actor.kind,
            "name": actor.name,
            "roles": sorted(actor.roles),
            "line": actor.line,
            "customer": customer,
            "sees_organisation": actor.sees_organisation,
            "language": user.language,
            "time_zone": user.time_zone,
        }
        return Response(MeOutput(shown).data)
