"""The pages of planned works."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common import clock
from monitoring.models import MaintenanceWindow
from tests import factories
from tests.monitoring.incidents.house import House

pytestmark = pytest.mark.django_db


def desk(client: Client, line: int) -> Client:
    client.force_login(User.objects.get(pk=factories.operator(line).user_id))
    return client


def typed(hours: int) -> str:
    return timezone.localtime(clock.now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def test_works_are_planned_from_the_registry_moved_and_cancelled(client: Client, house: House) -> None:
    desk(client, 2)
    address = f"/monitoring/works/new/?device={house.device['FA1'].pk}"
    assert "Alfa" in client.get(address).content.decode()
    body = {
        "title": "Breaker",
        "starts_at": typed(5),
        "ends_at": typed(6),
        "mode": "quiet",
        "notice_hours": "2",
    }
    assert client.post(address, body).status_code == 302
    window = MaintenanceWindow.objects.get()
    assert "Breaker" in client.get("/monitoring/works/").content.decode()
    own = f"/monitoring/works/{window.pk}/"
    assert "Gamma" in client.get(own).content.decode()
    assert client.post(own, {"starts_at": typed(7), "ends_at": typed(9)}).status_code == 302
    assert client.post(f"{own}cancel/").status_code == 302
    window.refresh_from_db()
    assert window.cancelled_at is not None


def test_wrong_times_are_said_at_the_field(client: Client, house: House) -> None:
    desk(client, 3)
    address = f"/monitoring/works/new/?device={house.device['FA1'].pk}"
    body = {"title": "Breaker", "starts_at": typed(6), "ends_at": typed(5), "mode": "quiet"}
    answer = client.post(address, body)
    assert answer.status_code == 422
    assert "must end after they begin" in answer.content.decode()


def test_line_1_reads_and_plans_nothing(client: Client, house: House) -> None:
    desk(client, 1)
    assert client.get("/monitoring/works/").status_code == 200
    assert client.get(f"/monitoring/works/new/?device={house.device['FA1'].pk}").status_code == 404
