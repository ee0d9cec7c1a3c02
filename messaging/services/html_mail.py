"""The HTML half of a mail, from its text: the same words in the same order, quiet, readable in the dark too."""

import re

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common.richtext import render_markdown, render_plain

SIGNATURE = "\n--\n"
PARAGRAPHS = re.compile(r"\n{2,}")


def html_of(text: str, *, markdown: bool = False) -> str:
    """A whole HTML document. What stands below the line ``--`` is set apart; `markdown` is for what operators write.

    No picture, no script, no colour of its own: nothing to load, nothing that a dark mail program turns unreadable.
    """
    said, _mark, foot = text.partition(SIGNATURE)
    body: SafeString | list[SafeString] = (
        render_markdown(said) if markdown else [render_plain(part) for part in PARAGRAPHS.split(said.strip())]
    )
    context = {
        "body": body,
        "is_markdown": markdown,
        "foot": render_plain(foot.strip()) if foot.strip() else "",
    }
    return render_to_string("mail/body.html", context)
