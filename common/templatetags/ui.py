"""Marks that every page may need: icons, initials, the server's time."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import clock

register = template.Library()
AVATAR_TINTS = 5


@cache
def sprite() -> str:
    return static("icons/sprite.svg")


@register.simple_tag(name="sprite_url")
def sprite_url() -> str:
    return sprite()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of `static/icons/sprite.svg`; decorative unless a label is given."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            label,
            sprite(),
            name,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite(), name)


@register.simple_tag
def epoch() -> int:
    """Milliseconds since 1970 on the server: browsers count their clocks from it."""
    return int(clock.now().timestamp() * 1000)


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Initials, or the number of a numbered person, on a tint that is always the same for the same name. Says nothing to screen readers."""
    words = [word for word in name.replace(",", " ").split() if word[0].isalnum()]
    number = next((word for word in words if word.isdigit() and len(word) < 3), "")
    initials = number or "".join(word[0] for word in words[:2]) or "?"
    tint = sum(map(ord, name)) % AVATAR_TINTS + 1
    return format_html(
        '<span class="avatar avatar--{}{}" aria-hidden="true">{}</span>',
        tint,
        f" avatar--{size}" if size else "",
        initials,
    )
