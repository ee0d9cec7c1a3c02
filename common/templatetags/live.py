"""`{% live_url "line:1" "shift" %}`: the address of a page's own stream."""

from django import template
from django.utils.http import urlencode

from common.live import token

register = template.Library()


@register.simple_tag
def live_url(*channels: str) -> str:
    """A signed address for exactly these channels; empty names are left out. The view checked the right to hear them."""
    return f"/live/?{urlencode({'t': token([name for name in channels if name])})}"
