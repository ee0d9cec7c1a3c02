"""Every background task names its queue, and the schedule names tasks that exist."""

from typing import Any

import pytest
from django.conf import settings

from helpdesk.celery import app
from tests.architecture.code import PACKAGES

QUEUES = {"clock", "interactive", "mail_in", "mail_out", "bulk"}


def own_tasks() -> dict[str, Any]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if task.__module__.partition(".")[0] in PACKAGES}


def test_there_are_tasks_to_look_at() -> None:
    assert {"sla.tick", "common.sweep_idempotency_keys"} <= own_tasks().keys()


def test_every_task_owns_a_queue_that_a_worker_serves() -> None:
    lost = {name: getattr(task, "queue", None) for name, task in own_tasks().items()}
    assert {name: queue for name, queue in lost.items() if queue not in QUEUES} == {}


def test_every_task_is_named_after_its_room() -> None:
    wrong = [
        name
        for name, task in own_tasks().items()
        if name.partition(".")[0] != task.__module__.partition(".")[0]
    ]
    assert wrong == []


@pytest.mark.parametrize("entry", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_the_schedule_sends_each_task_to_its_own_queue(entry: str) -> None:
    job = settings.CELERY_BEAT_SCHEDULE[entry]
    task = own_tasks()[job["task"]]
    assert job.get("options", {}).get("queue", task.queue) == task.queue
