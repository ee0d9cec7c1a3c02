"""What the running desk weighs."""

from bench import world
from bench.figures import Figure, Needs, Result


def _memory() -> Result:
    """Everything the supervisor started, PostgreSQL and Redis included when they are its children."""
    total, processes = world.memory_mb(world.running_pid())
    return Result(total, "MB", processes, "processes; shared pages counted once")


FIGURES = [Figure("rss_total_mb", Needs.STACK, 100_000, _memory)]
