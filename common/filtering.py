"""Filters by allow-list: a parameter that the list does not know is an error, never ignored."""

from typing import Any

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.rest_framework import FilterSet as BaseFilterSet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from common.paging import PARAMETERS
from common.parsers import BIGINT_MAX


class Filters(BaseFilterSet):  # type: ignore[misc]  # untyped base
    """A set of named filters; every one of them is written out, none is derived from the model."""


class KeyFilter(filters.Filter):  # type: ignore[misc]  # untyped base
    """The id of a row, inside 64 bits."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        limits = [MinValueValidator(1), MaxValueValidator(BIGINT_MAX)]
        super().__init__(*args, validators=limits, **options)


class AllowListBackend(DjangoFilterBackend):  # type: ignore[misc]  # untyped base
    """Refuses query parameters that neither the filter set nor the pages know."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        known = set(filterset.filters) if filterset is not None else set()
        unknown = sorted(set(request.query_params) - known - PARAMETERS)
        if unknown:
            raise ValidationError({name: [_("There is no such parameter.")] for name in unknown})
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise ValidationError(filterset.errors)
        found: QuerySet[Any] = filterset.qs
        return found
