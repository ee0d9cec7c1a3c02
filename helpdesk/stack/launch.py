"""Start a command that dies with its parent and, when asked, is not root. Runs alone: `python -I -S launch.py …`.

    launch.py PARENT_PID SIGNAL UID GID KEEP_ACCESS command…

SIGNAL is what the kernel sends the command when the parent process ends, however it ends. UID -1 changes nobody.
KEEP_ACCESS 1 lets the new user keep root's right to pass directories closed to others (CAP_DAC_OVERRIDE, and nothing
else): PostgreSQL refuses to run as root, but a checkout under /root must work too.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE = 1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _keep_only_access() -> None:
    """After setuid with KEEPCAPS: permitted, effective and inheritable are CAP_DAC_OVERRIDE alone, raised ambient."""
    mask = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    _checked(libc.capset(header, sets), "capset")
    _checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0), "prctl")


def become(uid: int, gid: int, keep_access: bool) -> None:
    if keep_access:
        _checked(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if keep_access:
        _keep_only_access()


def die_with(parent: int, signal_number: int) -> None:
    """Must come after `become`: the kernel forgets the wish when credentials change."""
    _checked(libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")
    if os.getppid() != parent:
        sys.exit(1)


def ordinary_signals() -> None:
    """Whoever started us may ignore or hold back these; the command must not inherit that."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    # One that came while we were starting has waited behind the mask, and ends us here.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


def main(arguments: list[str]) -> None:
    parent, signal_number, uid, gid, keep_access = (int(value) for value in arguments[:5])
    if uid >= 0:
        become(uid, gid, bool(keep_access))
    die_with(parent, signal_number)
    ordinary_signals()
    os.execv(arguments[5], arguments[5:])  # noqa: S606 — the command is our own


if __name__ == "__main__":
    main(sys.argv[1:])
