"""The real desk beside the real Zabbix: started as the README tells, used over HTTP, looked into by its models."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import dj_database_url
import httpx
from django.db import connections
from django.db.models import QuerySet

from helpdesk.stack import embedded
from monitoring.models import Delivery, Incident, Problem
from monitoring.models.incident import IncidentQuerySet
from monitoring.models.problem import ProblemQuerySet
from tests.stack.desk import Desk
from tests.zabbix.server import Server
from tests.zabbix.sites import SLUG
from tests.zabbix.waiting import until
from tickets.models import Message, Ticket

DATABASE = "desk"


class RealDesk:
    """`source_token` is what Zabbix posts with; the operator `first` sits at line 1."""

    def __init__(self, place: Path, zabbix: Server, api_token: str) -> None:
        key = f"ZABBIX_{SLUG.upper().replace('-', '_')}"
        self.desk = Desk(
            place / "desk",
            LANGUAGE_CODE="en", ZABBIX_SOURCES=SLUG,
            **{f"{key}_API_URL": f"{zabbix.address}/api_jsonrpc.php", f"{key}_API_TOKEN": api_token},
        )  # fmt: skip
        self.source_token = self.operator_token = self.password = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.desk.port}"

    def start(self) -> None:
        self.desk.start()
        self.desk.wait_ready()

    def settle_in(self) -> None:
        """People, registry and alert source; the models then read this desk's database."""
        found = json.loads(self._inside("-m", "tests.zabbix.people"))
        self.source_token, self.operator_token = found["source"], found["operator"]
        self.password = found["password"]
        connections.databases[DATABASE] = {
            **connections.databases["default"],
            **dj_database_url.parse(embedded.urls(self.desk.data_dir)[0]),
        }

    def stop(self) -> None:
        """All of it, database and all."""
        connections[DATABASE].close()
        self.desk.stop(signal.SIGTERM)
        assert self.desk.leftovers() == []

    def close(self) -> None:
        self.desk.close()

    def _inside(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=embedded.ROOT,
            env={**self.desk.environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]

    # -- what an operator does
    def accept(self, ticket: Ticket) -> None:
        answer = httpx.post(
            f"{self.address}/api/v1/tickets/{ticket.number}/accept/",
            headers={"Authorization": f"Bearer {self.operator_token}"},
            timeout=20,
        )
        assert answer.status_code == 200, answer.text

    def follow(self, link: str) -> str:
        """Where a link leads the operator, signed in with a browser's session."""
        with httpx.Client(follow_redirects=True, timeout=20) as browser:
            browser.get(f"{self.address}/accounts/login/")
            browser.post(
                f"{self.address}/accounts/login/",
                data={"login": "first", "password": self.password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]},
            )  # fmt: skip
            answer = browser.get(link)
            assert answer.status_code == 200, f"{answer.status_code} {answer.url}"
            return answer.url.path

    # -- what it knows
    @property
    def problems(self) -> ProblemQuerySet:
        return Problem.objects.using(DATABASE)

    @property
    def tickets(self) -> QuerySet[Ticket]:
        return Ticket.objects.using(DATABASE)

    @property
    def incidents(self) -> IncidentQuerySet:
        return Incident.objects.using(DATABASE)

    @property
    def deliveries(self) -> QuerySet[Delivery]:
        return Delivery.objects.using(DATABASE)

    def messages(self, ticket: Ticket) -> list[str]:
        rows = Message.objects.using(DATABASE).filter(ticket=ticket).order_by("pk")
        return list(rows.values_list("text", flat=True))

    def ticket_of(self, host: str, *, seconds: float = 30) -> Ticket:
        """The ticket that a problem of the host opened, as soon as there is one."""

        def found() -> Ticket | None:
            return self.tickets.filter(problems__host=host).order_by("-pk").first()

        ticket = until(found, f"a ticket of {host}", seconds=seconds)
        assert ticket is not None
        return ticket


def fresh(ticket: Ticket) -> Ticket:
    """The ticket as it is now."""
    return Ticket.objects.using(DATABASE).get(pk=ticket.pk)
