"""From the alert to the row on the operator's screen, in a real browser."""

import json
import os
import statistics
import time
from pathlib import Path

from bench import load
from bench.client import Connection, request
from bench.figures import Figure, Needs, Result
from bench.figures.rates import problem

ROUNDS = 40
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WATCH = """
() => {
  window.seen = {};
  new MutationObserver(() => {
    for (const link of document.querySelectorAll("a[href*='/desk/tickets/']")) {
      const number = link.getAttribute("href").split("/")[3];
      if (!(number in window.seen)) window.seen[number] = Date.now();
    }
  }).observe(document.body, {childList: true, subtree: true});
}
"""


def _push() -> Result:
    """The answer to the webhook comes after the commit; the clock runs from just before it is read."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread while we ask the database for the ticket's number.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    browser_path = next((path for path in CHROMIUM if Path(path).exists()), None)
    if browser_path is None:
        raise SystemExit("push_p95_ms needs Debian's chromium")
    origin = f"http://127.0.0.1:{os.environ['PORT']}"
    name, value = load.session_of("bench1").split("=", 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        context = browser.new_context()
        context.add_cookies([{"name": name, "value": value, "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/desk/?view=line1")
        page.wait_for_timeout(1500)
        page.evaluate(WATCH)
        taken = [_one(page, 980_000_000 + number) for number in range(ROUNDS)]
        browser.close()
    p95 = statistics.quantiles(taken, n=100, method="inclusive")[94]
    return Result(
        p95, "ms", ROUNDS, f"alert sent to row visible in Chromium; p50 {statistics.median(taken):.0f} ms"
    )


def _one(page: object, event_id: int) -> float:
    from monitoring.models import Problem

    headers = {"Authorization": f"Bearer {_token()}", "Content-Type": "application/json"}
    body = {**problem(event_id), "nseverity": "5", "event_ts": str(int(time.time()) - 100)}
    sent = time.time()
    status, answer = Connection(int(os.environ["PORT"])).exchange(
        request("POST", "/api/monitoring/zabbix/v1/events", headers, json.dumps(body).encode())
    )
    if status != 200:
        raise SystemExit(f"the alert was answered {status}: {answer[:200]!r}")
    number = Problem.objects.get(event_id=event_id).ticket.number
    page.wait_for_function(f"() => '{number}' in window.seen", timeout=15_000, polling=20)  # type: ignore[attr-defined]
    seen: float = page.evaluate(f"() => window.seen['{number}']")  # type: ignore[attr-defined]
    return seen - sent * 1000


_tokens: list[str] = []


def _token() -> str:
    if not _tokens:
        _tokens.append(load.source_token())
    return _tokens[0]


FIGURES = [Figure("push_p95_ms", Needs.STACK, 100_000, _push)]
