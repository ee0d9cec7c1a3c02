"""Planning works: the registry says what they break, and that is kept with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Actor
from assets.impact import Assessment, Cut, Impact, assess
from assets.models import Circuit, Equipment, Service
from assets.queries.current import current
from common import clock
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from monitoring.enums import WindowMode, WorksPhase
from monitoring.models import MaintenanceWindow, Problem, WindowAsset, WindowService
from monitoring.permissions import plans_works
from monitoring.services.windows.active import cut_of
from monitoring.services.windows.announcing import tell

LONGEST = timedelta(days=30)
MOST_REPEATS = 52


@dataclass(frozen=True, slots=True)
class Together:
    """Other works at the same time, and services that only both of them take down."""

    window: MaintenanceWindow
    services: list[Service]


@transaction.atomic
def plan(
    *,
    actor: Actor,
    title: str,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    devices: Iterable[Equipment],
    circuits: Iterable[Circuit] = (),
    mode: str = WindowMode.QUIET,
    notice_hours: int | None = None,
    repeat_weeks: int = 0,
) -> list[MaintenanceWindow]:
    """The window, and the same again in each of the following weeks.

    `notice_hours` before the beginning clients are told, at once if that has passed; None: nobody is.
    Raises `NotAllowed` for line 1, `Invalid` for a period or for nothing to work on.
    """
    _allowed(actor)
    chosen, lines = list(devices), list(circuits)
    _check(title, starts_at, ends_at, bool(chosen or lines), repeat_weeks)
    made = []
    for week in range(repeat_weeks + 1):
        shift = timedelta(weeks=week)
        announce = None if notice_hours is None else starts_at + shift - timedelta(hours=notice_hours)
        window = MaintenanceWindow.objects.create(
            title=title.strip()[:200], reason=reason.strip(), starts_at=starts_at + shift, ends_at=ends_at + shift,
            mode=mode, planned_by=actor.name[:200], announce_at=announce,
        )  # fmt: skip
        window.devices.set(chosen)
        window.circuits.set(lines)
        _keep(window)
        made.append(window)
    return made


def _check(title: str, starts_at: datetime, ends_at: datetime, has_things: bool, repeats: int) -> None:
    if not title.strip():
        raise Invalid(_("Give the works a title."), field="title")
    if not has_things:
        raise Invalid(_("Choose what is worked on."), field="devices")
    if ends_at <= starts_at or ends_at - starts_at > LONGEST:
        raise Invalid(_("The works must end after they begin, within 30 days."), field="ends_at")
    if ends_at <= clock.now():
        raise Invalid(_("This time has passed."), field="ends_at")
    if not 0 <= repeats <= MOST_REPEATS:
        raise Invalid(_("At most 52 weeks."), field="repeat_weeks")


def _keep(window: MaintenanceWindow) -> None:
    """What the works touch and hit, as the registry is today."""
    found = impact_of(cut_of(window))
    touched = {key for key, one in found.nodes.items() if one.is_new} | {
        one.pk for one in window.devices.all()
    }
    WindowAsset.objects.bulk_create(WindowAsset(window=window, equipment_id=key) for key in sorted(touched))
    WindowService.objects.bulk_create(
        WindowService(window=window, service_id=key, customer_id=found.owners[key], state=one.state.value)
        for key, one in found.services.items() if one.is_new
    )  # fmt: skip


def impact_of(cut: Cut) -> Assessment:
    usual = current()
    return assess(usual.plant, cut, usual=usual)


def overlapping(
    *, starts_at: datetime, ends_at: datetime, cut: Cut, but: int | None = None
) -> list[Together]:
    """Works at the same time that take away the reserve these works rely on."""
    others = MaintenanceWindow.objects.filter(
        cancelled_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    if but is not None:
        others = others.exclude(pk=but)
    mine = set(impact_of(cut).in_state(Impact.DOWN))
    found = []
    for window in others.prefetch_related("devices", "circuits").order_by("starts_at"):
        theirs = set(impact_of(cut_of(window)).in_state(Impact.DOWN))
        both = set(impact_of(cut | cut_of(window)).in_state(Impact.DOWN)) - mine - theirs
        rows = Service.objects.filter(pk__in=both).select_related("customer")
        found.append(Together(window, list(rows.order_by("customer__name", "name"))))
    return found


@transaction.atomic
def move_to(*, window_id: int, starts_at: datetime, ends_at: datetime, actor: Actor) -> MaintenanceWindow:
    """Another time; whoever was told is told again."""
    window = _mine(window_id, actor)
    _check(window.title, starts_at, ends_at, True, 0)
    if window.announce_at is not None:
        window.announce_at += starts_at - window.starts_at
    window.starts_at, window.ends_at = starts_at, ends_at
    window.save(update_fields=["starts_at", "ends_at", "announce_at"])
    _kept_quiet(window).update(suppressed_until=ends_at)
    tell(window=window, phase=WorksPhase.CHANGED, at=clock.now())
    return window


@transaction.atomic
def cancel(*, window_id: int, actor: Actor) -> MaintenanceWindow:
    """The works do not take place, or are over early: what they kept quiet speaks at the next tick."""
    window, now = _mine(window_id, actor), clock.now()
    window.cancelled_at, window.announce_at = now, None
    window.save(update_fields=["cancelled_at", "announce_at"])
    _kept_quiet(window).update(suppressed_until=now)
    if window.starts_at > now:
        tell(window=window, phase=WorksPhase.CANCELLED, at=now)
    return window


def _kept_quiet(window: MaintenanceWindow) -> QuerySet[Problem]:
    things = Q(equipment__in=window.assets.values("equipment")) | Q(circuit__in=window.circuits.all())
    things |= Q(service__in=window.services.values("service"))
    return Problem.objects.open().filter(things, suppressed_until__isnull=False)


def _mine(window_id: int, actor: Actor) -> MaintenanceWindow:
    _allowed(actor)
    window = lock_one(MaintenanceWindow.objects.all(), window_id)
    if window.cancelled_at is not None or window.ends_at <= clock.now():
        raise Conflict(_("These works are over."))
    return window


def _allowed(actor: Actor) -> None:
    if not plans_works(actor):
        raise NotAllowed
