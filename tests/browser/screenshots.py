"""`make screenshots`: pictures of every page of the running demo, for a person to look at.

Both themes, both languages, desktop and phone, into `.data/screenshots`. With PICTURE=1 the picture of the README is
taken anew.
"""

import os
import shutil
import sys
import tempfile
from itertools import product
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 — Django must be set up first

from tests.journeys.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.stack.desk import Desk  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / ".data" / "screenshots"
PICTURE = ROOT / "docs" / "pictures" / "queue.png"
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
PAGES = {
    "operator1": {
        "queue": "/desk/",
        "ticket": "first ticket of /desk/?view=all",
        "new": "/desk/new/",
        "search": "/desk/search/?q=сайт",
        "knowledge": "/knowledge/",
        "registry": "/registry/",
        "missing": "/registry/quality/",
    },
    "lead": {"shift": "/desk/shift/", "reports": "/reports/", "misses": "/sla/breaches/"},
    "admin": {"sources": "/monitoring/sources/"},
    "customer": {
        "requests": "/portal/",
        "request": "first request of /portal/",
        "new-request": "/portal/requests/new/",
        "articles": "/portal/articles/",
        "profile": "/portal/profile/",
    },
}


def main() -> None:
    if CHROMIUM is None:
        sys.exit("Screenshots need a browser: apt-get install chromium")
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        desk = Desk(Path(place) / "data", DEMO="1").start()
        try:
            desk.wait_ready()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for user, pages in PAGES.items():
                take(browser, f"http://127.0.0.1:{desk.port}", user, pages)
            browser.close()
            desk.stop()
        finally:
            desk.close()
    taken = len(list(TARGET.glob("*.png")))
    sys.stdout.write(f"{taken} pictures in {TARGET.relative_to(ROOT)}\n")


def take(browser: Browser, origin: str, user: str, pages: dict[str, str]) -> None:
    """Every page of a user in every size, theme and language."""
    for (size, box), theme, language in product(SIZES.items(), ("light", "dark"), ("ru", "en")):
        context = browser.new_context(
            base_url=origin, viewport={"width": box[0], "height": box[1]}, color_scheme=theme
        )
        page = context.new_page()
        sign_in(page, user, language)
        for name, address in pages.items():
            open_page(page, address)
            page.screenshot(path=TARGET / f"{name}-{size}-{theme}-{language}.png", full_page=True)
            if os.environ.get("PICTURE") and (name, size, theme, language) == (
                "queue",
                "desktop",
                "dark",
                "en",
            ):
                PICTURE.parent.mkdir(exist_ok=True)
                page.screenshot(path=PICTURE)
        context.close()


def sign_in(page: Page, user: str, language: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", user)
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    page.request.post("/accounts/preferences/", form={"language": language, "csrfmiddlewaretoken": token})


def open_page(page: Page, address: str) -> None:
    """An address, or the first thing linked in a list."""
    if address.startswith("first "):
        page.goto(address.rpartition(" of ")[2])
        page.locator("main a[href*='/tickets/'], main a[href*='/requests/2']").first.click()
    else:
        page.goto(address)
    page.wait_for_load_state("load")
    # Panels come after the page: wait until nothing is still being fetched.
    page.wait_for_function("() => !document.querySelector('.htmx-request')")


if __name__ == "__main__":
    main()
