"""The queue's promises, as configured."""

from importlib import import_module

import pytest
from celery import Task
from django.apps import apps
from django.conf import settings

from helpdesk.celery import HARD_SECONDS, QUEUES, VISIBILITY_SECONDS, app, broker_url
from helpdesk.stack import plan

OURS = {config.label for config in apps.get_app_configs() if not config.name.startswith(("django", "rest"))}


def our_tasks() -> dict[str, Task]:  # type: ignore[type-arg]
    for config in apps.get_app_configs():
        try:
            import_module(f"{config.name}.tasks")
        except ModuleNotFoundError as error:
            if error.name != f"{config.name}.tasks":
                raise
    return {name: task for name, task in app.tasks.items() if name.split(".")[0] in OURS}


def test_every_task_owns_a_queue_that_a_worker_reads() -> None:
    found = our_tasks()
    assert "sla.tick" in found
    assert {
        name: getattr(task, "queue", None) for name, task in found.items() if task.queue not in QUEUES
    } == {}


def test_every_queue_has_a_worker_and_the_clock_has_its_own() -> None:
    read = [
        command[command.index("-Q") + 1].split(",")
        for command in plan.commands(0, mail=True).values()
        if "-Q" in command
    ]
    assert sorted(name for names in read for name in names) == sorted(QUEUES)
    assert ["clock"] in read


def test_every_scheduled_entry_names_a_task_that_exists_and_its_queue() -> None:
    found = our_tasks()
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in found, name
        assert entry["options"]["queue"] == found[entry["task"]].queue, name
        assert entry["options"]["expires"] > 0, name


def test_the_tick_comes_every_second() -> None:
    (entry,) = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == "sla.tick"]
    assert entry["schedule"] == 1.0


def test_killed_worker_loses_nothing_and_a_poisonous_task_ends() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_retry_on_worker_lost
    assert not app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert all(task.max_retries is not None and task.max_retries <= 3 for task in our_tasks().values())
    transport = app.conf.broker_transport_options
    assert HARD_SECONDS < transport["visibility_timeout"] == VISIBILITY_SECONDS
    assert transport["unacked_restore_throttle"] == 1


def test_messages_are_json_and_nothing_else() -> None:
    assert (app.conf.task_serializer, app.conf.accept_content) == ("json", ["json"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis://user:secret@host:6379/2", "redis://user:secret@host:6379/2"),
        ("rediss://host/0", "rediss://host/0"),
        ("unix:///data/run/redis.sock?db=3", "redis+socket:///data/run/redis.sock?virtual_host=3"),
    ],
)
def test_broker_address_is_spelled_for_celery(given: str, expected: str) -> None:
    assert broker_url(given) == expected
