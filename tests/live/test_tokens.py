from urllib.parse import parse_qs, urlparse

import time_machine
from django.template import Context, Template

from common.live import token
from common.live.tokens import MAX_AGE_SECONDS, read


def test_token_carries_its_channels_once_and_in_order() -> None:
    subscription = read(token(["line:1", "shift", "line:1"]))
    assert subscription is not None
    assert subscription.channels == ("line:1", "shift")


def test_token_that_was_changed_is_refused() -> None:
    text = token(["contact:1"])
    assert read(text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    assert read("") is None
    assert read("nonsense") is None


def test_token_ends_after_one_long_shift() -> None:
    with time_machine.travel(1_700_000_000, tick=False) as clock:
        text = token(["shift"])
        clock.shift(MAX_AGE_SECONDS - 1)
        assert read(text) is not None
        clock.shift(2)
        assert read(text) is None


def test_live_url_leaves_out_channels_that_a_page_does_not_have() -> None:
    rendered = Template('{% load live %}{% live_url "line:2" missing "shift" %}').render(
        Context({"missing": ""})
    )
    url = urlparse(rendered)
    assert url.path == "/live/"
    subscription = read(parse_qs(url.query)["t"][0])
    assert subscription is not None
    assert subscription.channels == ("line:2", "shift")
