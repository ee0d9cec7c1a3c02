"""What every machine offers; each overrides only what concerns it."""

from __future__ import annotations

from sla.engine.case import Case
from sla.engine.clock import Clock
from sla.engine.events import Event
from sla.engine.states import Does


class Machine:
    def created(self, case: Case, event: Event) -> None:
        """The ticket begins."""

    def message(self, case: Case, event: Event) -> None:
        """A message was written; `case.state` is the state it found."""

    def moved(self, case: Case, event: Event, before: str) -> None:
        """The ticket went from `before` to `case.state`."""

    def noted(self, case: Case, event: Event) -> None:
        """Something was recorded that neither moves the ticket nor speaks to the customer."""

    def rematched(self, case: Case, event: Event) -> None:
        """Category, priority or customer changed; promises of live clocks have been changed already."""


def obey(clock: Clock | None, does: Does, event: Event, state: str) -> None:
    """Let a live clock follow its state table; a clock that has ended is left alone."""
    if clock is None or clock.stopped_at is not None:
        return
    if does is Does.RUN and not clock.is_running:
        clock.start(event.at)
        clock.note(event.at, "resumed", state=state)
    elif does is Does.PAUSE and clock.is_running:
        clock.pause(event.at)
        clock.note(event.at, "paused", state=state)
    elif does is Does.STOP:
        clock.stop(event.at)
        clock.note(event.at, "stopped", state=state, verdict=str(clock.verdict))
    elif does is Does.CANCEL:
        clock.cancel(event.at)
        clock.note(event.at, "cancelled", state=state)


def stop_by(clock: Clock | None, event: Event, by: str) -> None:
    if clock is not None and clock.is_live:
        clock.stop(event.at)
        if not clock.explained:
            return
        clock.note(
            event.at, "stopped", by=by, message=event.data.get("message_id"), verdict=str(clock.verdict)
        )
