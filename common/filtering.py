"""Filters by allow-list: a parameter that the list does not know is an error, never ignored."""

from datetime import UTC, datetime
from typing import Any

import django_filters
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
from common.serializers import EARLIEST, LATEST


class Filters(BaseFilterSet):  # type: ignore[misc]  # untyped base
    """A set of named filters; every one of them is written out, none is derived from the model."""


class KeyFilter(filters.Filter):  # type: ignore[misc]  # untyped base
    """The id of a row, inside 64 bits."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        limits = [MinValueValidator(1), MaxValueValidator(BIGINT_MAX)]
        super().__init__(*args, validators=limits, **options)


class MomentField(django_filters.fields.IsoDateTimeField):  # type: ignore[misc]  # untyped base
    """A point in time with any offset, in UTC: PostgreSQL takes no offset beyond sixteen hours."""

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        try:
            moment = moment and moment.astimezone(UTC)
        except OverflowError:
            moment = LATEST
        if moment and not EARLIEST <= moment < LATEST:
            raise forms.ValidationError(_("The date must lie between 2000 and 2100."))
        return moment


class MomentFilter(filters.Filter):  # type: ignore[misc]  # untyped base
    """A point in time."""

    field_class = MomentField


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
