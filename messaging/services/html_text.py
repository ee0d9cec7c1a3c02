"""The text of an HTML mail, for reading and routing. Linear; markup, scripts and hidden preambles are dropped."""

from html.parser import HTMLParser

MAX_HTML = 2_000_000
BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
    }
)
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag == "blockquote":
            self.quotes = min(self.quotes + 1, 10)
        if tag in BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag == "blockquote":
            self.quotes = max(self.quotes - 1, 0)
        if tag in BLOCKS and tag != "br":
            self._break()

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        words = " ".join(data.split())
        if not words:
            return
        if self.parts and not self.parts[-1].endswith("\n") and data[:1].isspace():
            self.parts.append(" ")
        if self.quotes and (not self.parts or self.parts[-1].endswith("\n")):
            self.parts.append("> " * self.quotes)
        self.parts.append(words + (" " if data[-1:].isspace() else ""))

    def _break(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")


def text_of_html(html: str) -> str:
    """Readable text with one line per block; quoted blocks get ``> `` so that they can be folded."""
    reader = _Reader()
    try:
        reader.feed(html[:MAX_HTML])
        reader.close()
    except (AssertionError, ValueError):
        # The standard parser gives up on a few malformed declarations; what was read so far is kept.
        pass
    return "".join(reader.parts).strip()
