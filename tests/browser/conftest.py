"""A real chromium on the real web application, with its pushed events, over the test's own database."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from django.conf import settings as current
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import Settings

from accounts.models import User
from helpdesk.asgi import Application
from helpdesk.wsgi import application as django

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE_MS = 10_000


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """A browser for one module, so that its event loop does not outlive the tests that need it."""
    if CHROMIUM is None:
        pytest.skip("There is no chromium on this machine: install Debian's package chromium")
    contents = connection._test_serialized_contents  # type: ignore[attr-defined]  # set when it was created
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for an asynchronous caller.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        # Beside a running loop this thread has another connection object: it too must know the rows to restore.
        connection._test_serialized_contents = contents  # type: ignore[attr-defined]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
        connection.close()
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def web(
    transactional_db: None, django_db_serialized_rollback: None, settings: Settings, tmp_path: Path
) -> Iterator[str]:
    """The address of the web application, served in this process by the server that production uses."""
    settings.MEDIA_ROOT = tmp_path
    app = Application(django, threads=4)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    limit = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < limit, "the web server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    app._close_streams()
    server.should_exit = True
    thread.join(15)
    listener.close()


@pytest.fixture
def open_page(chromium: Browser, web: str) -> Iterator[Callable[..., Page]]:
    """Makes pages, each a browser of its own, signed in as the user if one is given. Page errors fail the test."""
    expect.set_options(timeout=PATIENCE_MS)
    contexts, errors = [], []

    def make(user: User | None = None, **options: object) -> Page:
        context = chromium.new_context(base_url=web, locale="en-GB", **options)  # type: ignore[arg-type]
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[current.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": current.SESSION_COOKIE_NAME, "value": cookie, "url": web}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors
