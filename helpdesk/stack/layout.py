"""Where everything of one checkout lives on disk."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from helpdesk.stack.errors import StackError

# sun_path holds 108 bytes with its final zero; the longest name we put there is ".s.PGSQL.5432.lock".
SOCKET_DIR_LIMIT = 107 - len("/.s.PGSQL.5432.lock")
# Anything else needs quoting in three different configuration languages: go to the short directory instead.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")


@dataclass(frozen=True)
class Layout:
    """Paths derived from one data directory. Computing them touches nothing on disk."""

    data: Path

    @classmethod
    def of(cls, data_dir: Path | str) -> "Layout":
        return cls(Path(os.path.realpath(data_dir)))

    @property
    def sockets(self) -> Path:
        """DATA_DIR/run, or a short directory named by a hash of DATA_DIR where the path is too long for a socket."""
        near = self.data / "run"
        if len(os.fsencode(near)) <= SOCKET_DIR_LIMIT and PLAIN_PATH.fullmatch(str(near)):
            return near
        return Path("/tmp") / f"helpdesk-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"  # noqa: S108 — ownership is checked in `private_dir`

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def redis(self) -> Path:
        return self.data / "redis"

    @property
    def postgres_sockets(self) -> Path:
        return self.sockets / "pg"

    @property
    def postgres_socket(self) -> Path:
        return self.postgres_sockets / ".s.PGSQL.5432"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    def lock_file(self, name: str) -> Path:
        return self.data / f".{name}.lock"


def private_dir(path: Path, mode: int = 0o700) -> Path:
    """Create the directory for us alone; refuse one that someone else put there. Raises `StackError`."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        found = path.lstat()
        if path.is_symlink() or not path.is_dir():
            raise StackError(f"{path} is in the way: it should be a directory.")
        if found.st_uid != os.geteuid():
            raise StackError(
                f"{path} belongs to another user: run as that user, or set DATA_DIR to a place of yours."
            )
        path.chmod(mode)
    except OSError as error:
        raise StackError(
            f"Cannot write to {path} ({error.strerror}): set DATA_DIR to a place of yours."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise StackError(f"Cannot write to {path}: set DATA_DIR to a place of yours.")
    return path
