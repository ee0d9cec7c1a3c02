"""Celery as a doorbell service: messages carry ids, the truth is in PostgreSQL, and sweeps find what a bell missed.

Queues: `clock` (the SLA tick and the sweeps, a process of its own so that nothing delays a second), `interactive`,
`mail_in`, `mail_out`, `bulk`.
"""

import os
import warnings
from typing import Any

from celery import Celery, Task, signals
from celery.exceptions import CDeprecationWarning
from celery.worker import WorkController
from django.conf import settings

from helpdesk import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

QUEUES = ("clock", "interactive", "mail_in", "mail_out", "bulk")
# A message whose worker died comes back after this long; no task may legitimately run longer.
VISIBILITY_SECONDS = 600
SOFT_SECONDS, HARD_SECONDS = 240, 300


def broker_url(url: str) -> str:
    """Celery's spelling of a Redis address: a unix socket is `redis+socket://` there."""
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


TRANSPORT = {
    "visibility_timeout": VISIBILITY_SECONDS,
    # The default looks for lost messages only every 100 s.
    "unacked_restore_throttle": 1,
    # Without these a request that rings the bell would hang while Redis is away.
    "socket_timeout": 30,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
}


class DeskTask(Task):  # type: ignore[type-arg]
    """After its worker was lost a task gets two more tries, soon; a poisonous one then ends instead of circling."""

    max_retries = 2
    default_retry_delay = 5


# It warns of root because of pickle, which we do not accept from anyone.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
# A task names its queue where it is written, which is deprecated in favour of a table far away from it.
warnings.filterwarnings("ignore", category=CDeprecationWarning)

app = Celery("helpdesk", task_cls=DeskTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    broker_transport_options=TRANSPORT,
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="interactive",
    task_create_missing_queues=True,
    # A killed worker loses nothing: the message is acknowledged after the work.
    task_acks_late=True,
    task_acks_on_failure_or_timeout=True,
    task_reject_on_worker_lost=False,
    task_retry_on_worker_lost=True,
    task_soft_time_limit=SOFT_SECONDS,
    task_time_limit=HARD_SECONDS,
    task_publish_retry=True,
    task_publish_retry_policy={
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
    },
    worker_prefetch_multiplier=1,
    worker_max_memory_per_child=400_000,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    timezone="UTC",
    enable_utc=True,
)
WORKER_PULSE = {
    "task": "helpdesk.pulse",
    "schedule": 10.0,
    "options": {"queue": "interactive", "expires": 30},
}
app.conf.update(
    broker_url=broker_url(settings.CELERY_BROKER_URL),
    beat_schedule={**settings.CELERY_BEAT_SCHEDULE, "worker-pulse": WORKER_PULSE},
)
app.autodiscover_tasks()


@app.task(name="helpdesk.pulse", queue="interactive")
def work_pulse() -> None:
    """The worker has time for a message: the sign of life behind `/healthz`."""
    pulse.give("worker")


@signals.task_success.connect
def _on_success(sender: Any = None, **_: Any) -> None:
    # The tick itself is the clock's sign of life: a clock that runs but fails is late, not well.
    if sender is not None and sender.name == "sla.tick":
        pulse.give("clock")


@signals.worker_ready.connect
def _on_ready(sender: Any = None, **_: Any) -> None:
    """A worker that has just connected need not wait for its first message to be well."""
    names = set(sender.app.amqp.queues.consume_from) if isinstance(sender, WorkController) else set()
    if "interactive" in names or not names:
        pulse.give("worker")


@signals.beat_init.connect
def _on_beat(**_: Any) -> None:
    """From now on each message that beat sends is its sign of life."""
    signals.before_task_publish.connect(_beat_sent, weak=False)
    pulse.give("beat")


def _beat_sent(**_: Any) -> None:
    pulse.give("beat")
