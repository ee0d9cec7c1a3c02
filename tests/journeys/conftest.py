"""A whole desk of real processes and real browsers around it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk.stack.embedded import ROOT
from tests.messaging.telegram.server import TOKEN, BotServer, running
from tests.stack.desk import Desk, free_port
from tests.stack.sink import Sink

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Centre:
    """The running desk: its address, the people's password, the alert source's token and an article."""

    desk: Desk
    password: str
    token: str
    article: str
    sink: Sink
    telegram: BotServer

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.desk.port}"

    def alert(self, body: dict[str, Any]) -> httpx.Response:
        """Post a body as Zabbix does."""
        return httpx.post(
            f"{self.origin}/api/monitoring/zabbix/v1/events",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
        )

    def ask(self, code: str) -> Any:
        """Run a line of Python inside the desk's own environment and return its JSON answer."""
        script = f"import django; django.setup()\nimport json\n{code}"
        return json.loads(run_inside(self.desk, ["-c", script]))


def run_inside(desk: Desk, arguments: list[str]) -> str:
    environment = {**desk.environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


PHONE_SECRET = "a-secret-of-the-exchange"


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """`manage.py stack` with an empty desk, the people of `people.py`, and the other ends of its channels."""
    with Sink() as sink, running() as telegram:
        desk = Desk(
            tmp_path_factory.mktemp("journey") / "data",
            NOTICE_CONFIRM_SECONDS="4", MAIL_INTAKE_PORT=str(free_port()), **sink.environment,
            TELEGRAM_API_URL=telegram.address, TELEGRAM_BOTS="support", TELEGRAM_SUPPORT_TOKEN=TOKEN,
            TELEGRAM_SUPPORT_USERNAME="desk_bot", PHONE_SOURCES="office", PHONE_OFFICE_SECRET=PHONE_SECRET,
        ).start()  # fmt: skip
        try:
            desk.wait_ready()
            found = json.loads(run_inside(desk, ["-m", "tests.journeys.people"]))
            yield Centre(desk, **found, sink=sink, telegram=telegram)
            desk.stop()
        finally:
            desk.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file: while Playwright's loop runs, no other test of the process can start one of its own."""
    if CHROMIUM is None:
        pytest.skip(
            "no chromium on this machine: the journeys need a real browser (Debian: apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def sign_in(centre: Centre, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """A page of a person who has signed in by the real form; any error in a page's console fails the test."""
    contexts, troubles = [], []

    def enter(name: str) -> Page:
        context = browser.new_context(base_url=centre.origin)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: troubles.append(f"{name}: {error}"))
        page.on(
            "console", lambda line: troubles.append(f"{name}: {line.text}") if line.type == "error" else None
        )
        page.goto("/accounts/login/")
        page.fill("[name=login]", name)
        page.fill("[name=password]", centre.password)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert troubles == []
