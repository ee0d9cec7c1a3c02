"""Text written by people, made safe to show.

Whatever comes in, what goes out runs nothing and calls nobody: Markdown is rendered without raw HTML and then passed
through an allow-list, at render time, so that a better list also heals old text. Both functions cap their input.
"""

import html
import re
from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_MARKDOWN = 60_000
MAX_PLAIN = 200_000
# Deeper nesting is noise; the parser's time grows with it.
MAX_NESTING = 20

TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em",
    "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
LINK_REL = "noopener noreferrer nofollow"
LINK = re.compile(
    r"(?:https?://[^\s/\\?#@]+(?:[/?#][^\s\\]*)?|mailto:[^\s\\<>]+|tel:\+?[0-9().\-]+)\Z", re.IGNORECASE
)
# Only files this desk serves itself, behind its own permission check.
OWN_IMAGE = re.compile(
    r"/(?:(?:desk|portal|knowledge)/)?(?:attachments|_cid)(?:/[A-Za-z0-9][A-Za-z0-9._\-]*)+/?\Z"
)
URL = re.compile(r"\bhttps?://[^\s<>\"'`\\]{1,2000}", re.IGNORECASE)
URL_TAIL = ".,;:!?)]}»”*_"
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def render_markdown(text: str) -> SafeString:
    """CommonMark with tables as safe HTML. Text past `MAX_MARKDOWN` characters is shown plain."""
    source = _clean(text)
    if len(source) > MAX_MARKDOWN:
        return render_plain(source)
    return _sanitise(_parser().render(source))


def render_plain(text: str) -> SafeString:
    """Text as it was typed: escaped, line breaks kept, web addresses made links."""
    source = _clean(text)[:MAX_PLAIN]
    return _sanitise(_with_links(source).replace("\n", "<br>"))


def markdown_to_text(text: str) -> str:
    """The words of a Markdown text without its signs, for search and previews."""
    source = _clean(text)[:MAX_MARKDOWN]
    lines: list[str] = []
    for token in _parser().parse(source):
        if token.type == "inline":
            lines.append(_words(token.children or []))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip())
    return "\n".join(line for line in lines if line)


@cache
def _parser() -> MarkdownIt:
    options = {"html": False, "linkify": False, "typographer": False, "maxNesting": MAX_NESTING}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


def _words(tokens: list[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(_words(token.children or []))
        else:
            parts.append(token.content)
    return "".join(parts)


def _clean(text: str) -> str:
    """Without control characters and without marks that reorder what is read."""
    return NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _with_links(source: str) -> str:
    parts: list[str] = []
    position = 0
    for match in URL.finditer(source):
        url = match.group().rstrip(URL_TAIL)
        end = match.start() + len(url)
        parts.append(html.escape(source[position : match.start()]))
        parts.append(f'<a href="{html.escape(url)}">{html.escape(url)}</a>')
        position = end
    parts.append(html.escape(source[position:]))
    return "".join(parts)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("a", "href"):
        return value if LINK.match(value) else None
    if (tag, name) == ("img", "src"):
        return value if OWN_IMAGE.match(value) else None
    return value


def _sanitise(unsafe: str) -> SafeString:
    safe = nh3.clean(
        unsafe,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=LINK_REL,
    )
    return mark_safe(safe)  # noqa: S308  # the allow-list above is what makes it safe
