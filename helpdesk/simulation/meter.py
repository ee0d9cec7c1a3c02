"""What was sent, what came back, and how long it took."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Meter:
    """Counts from several threads. A request without an answer is failed, with the reason as its status."""

    sent: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, status: int | str, seconds: float, *, accepted: bool) -> None:
        with self._lock:
            self.sent[kind] += 1
            self.seconds.append(seconds)
            if accepted:
                self.accepted[kind] += 1
            else:
                self.failures[f"{kind}: {status}"] += 1

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    def p95_ms(self) -> float:
        """The latency that 95 of 100 requests kept; 0 when nothing was sent."""
        if not self.seconds:
            return 0.0
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000

    def progress(self) -> str:
        return f"sent {sum(self.sent.values())}, accepted {sum(self.accepted.values())}, failed {self.failed}"

    def summary(self) -> list[str]:
        """Lines for the terminal: totals, then each kind, then what failed and how often."""
        lines = [f"{self.progress()}, p95 {self.p95_ms():.0f} ms"]
        lines += [
            f"  {kind:<16} {self.accepted[kind]} of {count} accepted"
            for kind, count in self.sent.most_common()
        ]
        lines += [f"  failed  {reason} × {count}" for reason, count in self.failures.most_common()]
        return lines
