"""The content security policy allows no inline script or style: templates hold none."""

import re
from pathlib import Path

import pytest

from tests.architecture.code import ROOT

TEMPLATES = sorted(
    # A mail is no page of ours: no policy reaches it, and mail programs read styles from attributes only.
    path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".svg"} and path.parent.name != "mail"
)  # fmt: skip
FORBIDDEN = {
    "a script without src": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an on… attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "hx-on, which evaluates its text": re.compile(r"\shx-on[:-]", re.I),
    "values that htmx evaluates": re.compile(r"hx-(vals|headers|vars)\s*=\s*[\"']\s*(js|javascript):", re.I),
    "a javascript: address": re.compile(r"=\s*[\"']\s*javascript:", re.I),
    "something loaded from outside": re.compile(
        r"<(script|link|img|iframe)\b[^>]*\b(src|href)\s*=\s*[\"'](https?:)?//", re.I
    ),
    "a filter that trusts": re.compile(r"\|\s*safe(seq)?\b"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_that_the_policy_refuses(path: Path) -> None:
    text = path.read_text()
    found = [
        f"{words}: {match.group(0)[:80]}" for words, rule in FORBIDDEN.items() if (match := rule.search(text))
    ]
    assert not found, found
