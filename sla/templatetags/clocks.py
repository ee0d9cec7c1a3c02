"""Amounts of time on the pages of the clocks."""

from django import template

from sla.queries.spans import span

register = template.Library()
register.filter("span", span)
