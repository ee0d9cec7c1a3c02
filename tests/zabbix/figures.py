"""What a run measured, for the last lines of its output."""

import time

found: list[str] = []


class Watch:
    """Counts from its making."""

    def __init__(self) -> None:
        self.begin = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begin

    def note(self, what: str) -> None:
        found.append(f"{what}: {self.seconds:.1f} s")
