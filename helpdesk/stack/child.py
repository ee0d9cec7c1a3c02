"""Build the command line of a child that dies with us."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Owner:
    """Who a child runs as; `uid` -1 is ourselves."""

    uid: int = -1
    gid: int = -1
    keep_access: bool = False


OURSELVES = Owner()


def command(
    arguments: Sequence[str | Path],
    *,
    on_parent_death: signal.Signals = signal.SIGTERM,
    owner: Owner = OURSELVES,
) -> list[str]:
    """The arguments wrapped in the launcher. Only for a child started directly by this very process."""
    return [
        *(sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(on_parent_death))),
        *(str(owner.uid), str(owner.gid), str(int(owner.keep_access))),
        *map(str, arguments),
    ]
