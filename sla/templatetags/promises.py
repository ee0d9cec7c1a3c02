"""What the pages of policies need beyond plain values."""

from django import template

from accounts.permissions import can_edit_policies
from sla.queries.promises import amount

register = template.Library()
register.filter("edits_policies", can_edit_policies)
register.filter("amount", amount)
