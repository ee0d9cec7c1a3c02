"""Customers in a browser: they sign in, fill in the portal's own forms and answer on their requests."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html import unescape
from random import Random
from threading import Lock
from typing import Any

import httpx

from helpdesk.demo.data_files import read
from helpdesk.simulation.meter import Meter

HIDDEN = re.compile(r"<input\b[^>]*\btype=\"hidden\"[^>]*>")
ATTRIBUTE = re.compile(r"\b(name|value)=\"([^\"]*)\"")
NUMBER = re.compile(r"/portal/requests/(\d\d-\d{7,9})/")
WORDS = {
    "ru": (
        "Добавлю снимок экрана позже, пока всё так же.",
        "Есть новости?",
        "Проверили ещё раз: без изменений.",
    ),
    "en": ("No change so far, a screenshot follows.", "Any news?", "Checked again: still the same."),
}


def hidden_fields(page: str) -> dict[str, str]:
    """Names and values of the hidden inputs of a page."""
    found: dict[str, str] = {}
    for tag in HIDDEN.findall(page):
        attributes = dict(ATTRIBUTE.findall(tag))
        if "name" in attributes:
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    return found


@dataclass(slots=True)
class Visitor:
    """One customer's contact with a browser of their own. One thing at a time."""

    username: str
    password: str
    customer: dict[str, Any]
    client: httpx.Client
    meter: Meter
    rng: Random
    requests: list[str] = field(default_factory=list)
    signed_in: bool = False
    lock: Lock = field(default_factory=Lock)

    def sign_in(self) -> bool:
        if not self.signed_in:
            page = self.client.get("/accounts/login/")
            form = {**hidden_fields(page.text), "login": self.username, "password": self.password}
            answer = self._post("sign-in", "/accounts/login/", form)
            self.signed_in = answer is not None and answer.status_code == 302
        return self.signed_in

    def file_request(self) -> None:
        """A new request through the form of the portal."""
        if not self.sign_in():
            return
        page = self.client.get("/portal/requests/new/")
        brief, words = self._brief()
        form = {
            **hidden_fields(page.text),
            "subject": brief["subject"].format(**words),
            "text": brief["body"].format(**words),
            "urgency": str(brief["urgency"]),
            "category": brief["cat"],
        }
        answer = self._post("portal request", "/portal/requests/new/", form)
        number = NUMBER.search(answer.headers.get("Location", "")) if answer is not None else None
        if number:
            self.requests.append(number[1])

    def reply(self) -> None:
        """A message on one of the visitor's requests; without one a request is filed."""
        if not self.requests:
            self.file_request()
            return
        address = f"/portal/requests/{self.rng.choice(self.requests)}/"
        page = self.client.get(address)
        text = self.rng.choice(WORDS[self.customer["language"]])
        self._post("portal reply", f"{address}reply/", {**hidden_fields(page.text), "text": text})

    def _brief(self) -> tuple[dict[str, Any], dict[str, str]]:
        services = self.customer["services"]
        briefs = read(f"requests.{self.customer['language']}.toml")["request"]
        kinds = {service["kind"] for service in services}
        fitting = [brief for brief in briefs if kinds.intersection(brief.get("services", kinds))]
        brief = self.rng.choice(fitting)
        allowed = [service for service in services if service["kind"] in brief.get("services", kinds)]
        service = self.rng.choice(allowed)
        return brief, {
            "service": service["label"],
            "host": service.get("host", service["name"]),
            "domain": self.customer["domain"],
        }

    def _post(self, kind: str, path: str, form: dict[str, str]) -> httpx.Response | None:
        """A form that was taken in answers with a redirect."""
        started = time.perf_counter()
        referer = {"Referer": str(self.client.base_url.join(path))}
        try:
            answer = self.client.post(path, data=form, headers=referer)
        except httpx.HTTPError as error:
            self.meter.note(kind, type(error).__name__, time.perf_counter() - started, accepted=False)
            return None
        seconds = time.perf_counter() - started
        self.meter.note(kind, answer.status_code, seconds, accepted=answer.status_code == 302)
        return answer


def everybody() -> list[tuple[str, dict[str, Any]]]:
    """User name and customer of every contact of the demo who may use the portal."""
    return [
        (contact["username"], customer)
        for customer in read("customers.toml")["customer"]
        for contact in customer["contacts"]
        if "username" in contact
    ]
