"""The OpenAPI document, the page made from it, and a machine that tries what the document promises."""

import io
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from rest_framework.test import APIClient
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Contact, Operator
from accounts.services.tokens import create_token
from tests import factories
from tickets.api.tickets import PUBLIC_MOVES
from tickets.models.lifecycle import LIFECYCLE

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# More of them find more: API_EXAMPLES=50 takes minutes.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))


def document() -> dict[str, Any]:
    out = io.StringIO()
    call_command("spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn", stdout=out)
    read: dict[str, Any] = json.loads(out.getvalue())
    return read


@pytest.mark.django_db
def test_the_document_is_valid_without_a_warning_and_for_callers_only(
    desk: APIClient, customer: APIClient
) -> None:
    assert document()["openapi"].startswith("3.")
    for client in (desk, customer):
        assert client.get("/api/schema/").json()["paths"].keys() == document()["paths"].keys()


def test_every_transition_of_a_person_has_its_own_typed_operation() -> None:
    paths = document()["paths"]
    without = {row.name for row in LIFECYCLE} - {row.name for row in PUBLIC_MOVES}
    assert without == {"self_recovered", "auto_close", "recurred", "auto_resolve"} | {
        row.name for row in LIFECYCLE if row.who.label in ("S", "M", "S, M")
    }
    bodies = set()
    for row in PUBLIC_MOVES:
        operation = paths[f"/api/v1/tickets/{{number}}/{row.name}/"]["post"]
        bodies.add(operation["requestBody"]["content"]["application/json"]["schema"]["$ref"])
        assert operation["description"].startswith(row.id)
        assert all(guard.value in operation["description"] for guard in row.guards)
        assert {"400", "401", "403", "404", "409", "412"} <= operation["responses"].keys()
    assert len(bodies) == len(PUBLIC_MOVES)


def test_every_operation_names_its_problem_documents() -> None:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert "application/problem+json" in operation["responses"]["404"]["content"], (path, method)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_lists_every_operation_and_nothing_from_outside(first: Operator, language: str) -> None:
    first.user.language = language
    first.user.save()
    client = Client()
    client.force_login(first.user)
    page = client.get("/api/docs/").content.decode()
    for path, methods in document()["paths"].items():
        if path.startswith("/api/v1/"):
            assert all(operation["operationId"] in page for operation in methods.values()), path
    for forbidden in ("<style", " style=", "onclick", "//cdn", 'src="http', 'href="http'):
        assert forbidden not in page


@pytest.mark.django_db
def test_the_page_is_for_those_who_may_use_the_api(person: Contact) -> None:
    client = Client()
    assert client.get("/api/docs/").status_code == 302
    client.force_login(person.user)
    assert client.get("/api/docs/").status_code == 200
    client.force_login(factories.UserFactory.create())
    assert client.get("/api/docs/").status_code == 404


@pytest.fixture
def open_connection() -> Iterator[None]:
    """The WSGI application would close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("open_connection")
@pytest.mark.parametrize("role", ["operator", "contact"])
def test_what_a_machine_invents_is_answered_as_the_document_says(
    role: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue("first" if role == "operator" else "person").user
    ticket = factories.ticket()
    _row, token = create_token(user=user, label="machine")
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    quiet = settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    failures: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path == "/api/schema/":
            continue

        @quiet
        @schemathesis_case(operation)
        def attempt(case: Any) -> None:
            invented = str(case.path_parameters.get("number", ""))
            if invented and sum(map(ord, invented)) % 3:
                case.path_parameters["number"] = ticket.number
            with transaction.atomic():
                answer = case.call(headers={"Authorization": f"Bearer {token}"})
                transaction.set_rollback(True)
            case.validate_response(answer, checks=CHECKS)

        try:
            attempt()
        except (
            Exception,
            BaseExceptionGroup,
        ) as error:  # every operation is tried before the test says which ones broke their word
            failures.append(f"{operation.method.upper()} {operation.path}: {str(error)[-1500:]}")
    assert not failures, "\n\n".join(failures)


def schemathesis_case(operation: Any) -> Any:
    from hypothesis import given

    return given(case=operation.as_strategy())
