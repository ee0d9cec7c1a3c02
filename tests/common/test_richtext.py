"""Rich text: nothing that people write may run in a reader's browser or call anybody."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import richtext
from tests.common.xss import VECTORS

ALLOWED = {
    tag: {*richtext.ATTRIBUTES.get(tag, ()), *({"rel"} if tag == "a" else ())} for tag in richtext.TAGS
}


class Page(HTMLParser):
    """What a browser would find in the fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []
        self.shown = ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ALLOWED.get(tag, set()):
                self.faults.append(f"{tag}[{name}]")
            if name == "href":
                self.links.append(value or "")
            if name == "src":
                self.images.append(value or "")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl}")

    def handle_data(self, data: str) -> None:
        self.shown += data


def assert_inert(fragment: str) -> None:
    page = Page(fragment)
    assert page.faults == []
    assert all(link.lower().startswith(("http://", "https://", "mailto:", "tel:")) for link in page.links)
    assert all(source.startswith(("/attachments/", "/desk/attachments/", "/_cid/")) for source in page.images)


def test_the_corpus_is_large_enough() -> None:
    assert len(set(VECTORS)) >= 80


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("render", [richtext.render_markdown, richtext.render_plain])
def test_a_hostile_text_becomes_inert(render, vector: str) -> None:
    assert_inert(render(vector))
    assert_inert(render(f"before {vector} after"))
    assert_inert(render(f"- item\n\n  > {vector}\n"))


@given(st.text(alphabet="<>\"'&[]()!*_`~|#:/\\-= \n\tahrefscript:on.jvxym0", max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_becomes_inert(text: str) -> None:
    assert_inert(richtext.render_markdown(text))
    assert_inert(richtext.render_plain(text))


def test_markdown_is_rendered_with_tables_lists_and_code() -> None:
    shown = richtext.render_markdown(
        "# Title\n\n1. one\n2. **two**\n\n|a|b|\n|-|-|\n|1|2|\n\n```\nx < 1\n```\n\n~~old~~"
    )
    for part in (
        "<h1>Title</h1>",
        "<ol>",
        "<strong>two</strong>",
        "<td>2</td>",
        "<code>x &lt; 1\n</code>",
        "<s>old</s>",
    ):
        assert part in shown


def test_a_web_link_stays_and_is_marked() -> None:
    shown = richtext.render_markdown("[status](https://status.example/a?b=1&c=2)")
    assert (
        '<a href="https://status.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">status</a>'
        in shown
    )


@pytest.mark.parametrize(
    "target", ["mailto:duty@desk.example", "tel:+74950000000", "http://desk.example:8000/#a"]
)
def test_mail_telephone_and_plain_http_links_stay(target: str) -> None:
    assert Page(richtext.render_markdown(f"[x]({target})")).links == [target]


@pytest.mark.parametrize(
    "target",
    ["/logout", "//evil.example/x", "http:evil.example", "../api", "ftp://x/y", "http://user@evil.example/"],
)
def test_relative_and_disguised_links_are_dropped(target: str) -> None:
    assert Page(richtext.render_markdown(f"[x]({target})")).links == []


@pytest.mark.parametrize(
    "source",
    [
        "https://evil.example/p.png",
        "//evil.example/p",
        "http:e/x",
        "/logout",
        "/attachments/../logout",
        "data:image/png,x",
    ],
)
def test_pictures_from_elsewhere_are_not_loaded(source: str) -> None:
    assert Page(richtext.render_markdown(f"![x]({source})")).images == []


@pytest.mark.parametrize("source", ["/attachments/7/plan.png", "/_cid/ab12", "/desk/attachments/9f/a.png"])
def test_own_pictures_are_shown(source: str) -> None:
    assert Page(richtext.render_markdown(f"![x]({source})")).images == [source]


def test_plain_text_keeps_line_breaks_and_signs() -> None:
    assert richtext.render_plain("a < b\r\nc & d\re") == "a &lt; b<br>c &amp; d<br>e"


def test_plain_text_links_addresses_without_the_full_stop() -> None:
    page = Page(richtext.render_plain("See https://a.example/x?y=1, or (http://b.example/)."))
    assert page.links == ["https://a.example/x?y=1", "http://b.example/"]
    assert page.shown == "See https://a.example/x?y=1, or (http://b.example/)."


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_plain_text_shows_what_was_typed(text: str) -> None:
    typed = richtext.NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert Page(richtext.render_plain(text).replace("<br>", "\n")).shown == typed


def test_marks_that_reorder_text_are_removed() -> None:
    assert richtext.render_plain("report\u202efdp.exe") == "reportfdp.exe"


def test_words_of_a_text_come_without_its_signs() -> None:
    text = "# Disk\n\n- **full** on [node](http://a.example)\n\n`df -h`\n\n```\nrm x\n```"
    assert richtext.markdown_to_text(text) == "Disk\nfull on node\ndf -h\nrm x"


@pytest.mark.parametrize(
    "piece", ["*", "[", "![", "`", "> ", "- ", "_a", "**a", "](", "<", "&", "<!--", "~~a", "\n", "[a]: b\n"]
)
def test_a_hostile_text_of_full_length_is_rendered_in_bounded_time(piece: str) -> None:
    text = (piece * richtext.MAX_MARKDOWN)[: richtext.MAX_MARKDOWN]
    began = time.process_time()
    richtext.render_markdown(text)
    assert time.process_time() - began < 5


def test_a_text_past_the_cap_is_shown_plain_and_cut() -> None:
    assert "**a**" in richtext.render_markdown("**a** " * richtext.MAX_MARKDOWN)
    assert len(richtext.render_plain("x" * (richtext.MAX_PLAIN + 50))) == richtext.MAX_PLAIN
