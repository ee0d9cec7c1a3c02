"""The embedded PostgreSQL and Redis: where they are, and how to hold them while you need them."""

import contextlib
import fcntl
import os
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from helpdesk.stack import keeper, postgres
from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout, private_dir

START_SECONDS = 120
STOP_SECONDS = 40
ROOT = Path(__file__).resolve().parent.parent.parent


def urls(data_dir: Path) -> tuple[str, str]:
    """(database URL, Redis URL) of the services under a data directory. Pure: starts nothing, touches nothing."""
    layout = Layout.of(data_dir)
    host = quote(str(layout.postgres_sockets), safe="")
    return (
        f"postgresql://{postgres.USER}@{host}/{postgres.DATABASE}",
        f"unix://{quote(str(layout.redis_socket))}?db=0",
    )


def secret_key(data_dir: Path) -> str:
    """The signing key of an embedded desk: made once, readable by its owner alone. Raises `StackError`."""
    path = prepare(data_dir).data / "secret-key"
    with contextlib.suppress(FileNotFoundError):
        return _read_key(path)
    draft = path.with_name(f".secret-key.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        # The first of two starting processes wins; link() never overwrites.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
        return _read_key(path)
    except OSError as error:
        raise StackError(
            f"Cannot write {path} ({error.strerror}): set DATA_DIR to a place of yours."
        ) from error


def _read_key(path: Path) -> str:
    try:
        key = path.read_text().strip()
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(
            f"Cannot read {path}: run as the user it belongs to, or set DATA_DIR elsewhere."
        ) from error
    if len(key) < 50:
        raise StackError(
            f"{path} is damaged: delete this file and a new key will be made (everybody signs in again)."
        )
    return key


def prepare(data_dir: Path) -> Layout:
    """Create the data directory. Raises `StackError` when that cannot be."""
    layout = Layout.of(data_dir)
    # Under root PostgreSQL runs as another user, who may pass through but not look around.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    private_dir(layout.data, mode)
    return layout


@dataclass
class Lease:
    """The services stay up while this is held, and no longer unless someone else holds them too."""

    layout: Layout
    users: int
    process: subprocess.Popen[bytes] | None = None

    def release(self) -> None:
        """Let go; when nobody else holds the services, return after they have ended."""
        if self.users < 0:
            return
        os.close(self.users)
        self.users = -1
        limit = time.monotonic() + STOP_SECONDS
        while time.monotonic() < limit and keeper_alive(self.layout) and not _others_use(self.layout):
            time.sleep(0.05)
        if self.process is not None:
            self.process.poll()


def _others_use(layout: Layout) -> bool:
    """Whether a user other than the caller holds the services; false also while the keeper is stopping them."""
    with _opened(layout, "users") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True
        return False


def keeper_alive(layout: Layout) -> bool:
    """Whether the process that owns both servers is there."""
    with _opened(layout, "keeper") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@contextlib.contextmanager
def _opened(layout: Layout, name: str) -> Iterator[int]:
    descriptor = os.open(layout.lock_file(name), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def acquire(data_dir: Path, *, durable: bool = True) -> Lease:
    """Hold the services of a data directory, starting them if nobody has. Raises `StackError`."""
    layout = prepare(data_dir)
    private_dir(layout.logs)
    private_dir(layout.sockets, 0o711 if os.geteuid() == 0 else 0o700)
    users = os.open(layout.lock_file("users"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # Waits here while a keeper that has lost its last user is still stopping.
        fcntl.flock(users, fcntl.LOCK_SH)
        with _opened(layout, "start") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            process = None if keeper_alive(layout) else _start_keeper(layout, durable=durable)
    except BaseException:
        os.close(users)
        raise
    return Lease(layout, users, process)


def _start_keeper(layout: Layout, *, durable: bool) -> subprocess.Popen[bytes]:
    arguments = [
        sys.executable,
        "-m",
        "helpdesk.stack.keeper",
        str(layout.data),
        "durable" if durable else "forgetful",
    ]
    with (layout.logs / "keeper.log").open("ab") as log:
        process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdout is not None
    answer = ""
    if select.select([process.stdout], [], [], START_SECONDS)[0]:
        answer = process.stdout.readline().decode().strip()
    process.stdout.close()
    if answer == keeper.READY:
        return process
    process.terminate()
    process.wait()
    if answer.startswith(keeper.FAILED):
        raise StackError(answer.removeprefix(keeper.FAILED))
    raise StackError(f"PostgreSQL and Redis did not start: see {layout.logs / 'keeper.log'}.")
