"""Text written by people, in templates: always through `common.richtext`."""

from django import template

from common.richtext import render_markdown, render_plain

register = template.Library()
register.filter("markdown", render_markdown)
register.filter("plain", render_plain)
