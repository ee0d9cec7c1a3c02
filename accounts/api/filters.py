"""What lists of customers and contacts can be narrowed by."""

import django_filters as filters
from django.db.models import Q, QuerySet

from accounts.models import Contact, Customer
from common.filtering import Filters, KeyFilter


class CustomerFilters(Filters):
    code = filters.CharFilter()
    is_active = filters.BooleanFilter()
    q = filters.CharFilter(method="search", max_length=200)

    class Meta:
        model = Customer
        fields: list[str] = []

    def search(self, found: QuerySet[Customer], name: str, text: str) -> QuerySet[Customer]:
        return found.filter(Q(name__icontains=text) | Q(code__icontains=text))


class ContactFilters(Filters):
    customer = KeyFilter(field_name="customer_id")
    is_active = filters.BooleanFilter()
    address = filters.CharFilter(method="by_address", max_length=254)
    q = filters.CharFilter(method="search", max_length=200)

    class Meta:
        model = Contact
        fields: list[str] = []

    def by_address(self, found: QuerySet[Contact], name: str, text: str) -> QuerySet[Contact]:
        return found.filter(addresses__value__iexact=text.strip())

    def search(self, found: QuerySet[Contact], name: str, text: str) -> QuerySet[Contact]:
        return found.filter(name__icontains=text)
