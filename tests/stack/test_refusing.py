"""One clear sentence instead of a traceback."""

import importlib.util
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.stack import embedded, places, redis
from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout, private_dir
from tests.stack.desk import Desk

MakeDesk = Callable[..., Desk]


def said(desk: Desk) -> str:
    """What a refused start says: one line on stderr, exit code 1."""
    refused = desk.run()
    assert refused.returncode == 1, refused.stdout
    lines = refused.stderr.strip().splitlines()
    assert len(lines) == 1, refused.stderr
    return lines[0]


def test_address_that_others_can_reach_is_refused(make_desk: MakeDesk) -> None:
    assert "can be reached from outside" in said(make_desk(HOST="0.0.0.0"))


def test_port_that_is_no_port_is_refused(make_desk: MakeDesk) -> None:
    assert "PORT must be a number" in said(make_desk(PORT="http"))


def test_data_directory_that_cannot_be_written_is_refused(make_desk: MakeDesk) -> None:
    assert "Cannot write to" in said(make_desk(DATA_DIR="/dev/null/data", SECRET_KEY=""))


def test_data_of_another_version_is_refused(make_desk: MakeDesk) -> None:
    desk = make_desk()
    (desk.data_dir / "postgres").mkdir(parents=True)
    (desk.data_dir / "postgres" / "PG_VERSION").write_text("12\n")
    assert "it was written by PostgreSQL 12, this is 18" in said(desk)


def test_damaged_data_is_refused_with_the_servers_reason(make_desk: MakeDesk) -> None:
    desk = make_desk()
    embedded.acquire(desk.data_dir, durable=False).release()
    (desk.data_dir / "postgres" / "global" / "pg_control").write_bytes(b"broken")
    sentence = said(desk)
    assert "cannot be used" in sentence
    assert "restore it from a backup" in sentence


def test_directory_with_foreign_files_is_not_overwritten(make_desk: MakeDesk) -> None:
    desk = make_desk()
    (desk.data_dir / "postgres").mkdir(parents=True)
    (desk.data_dir / "postgres" / "letters.txt").write_text("mine")
    assert "PG_VERSION is missing" in said(desk)
    assert (desk.data_dir / "postgres" / "letters.txt").read_text() == "mine"


def test_one_external_address_without_the_other_is_refused(make_desk: MakeDesk) -> None:
    assert "set both, or neither" in said(make_desk(DATABASE_URL="postgresql://u@localhost/x"))


def test_missing_redis_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StackError, match="install `redis-server`"):
        redis.binary()


def test_redis_on_the_path_is_preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundled = redis.binary()
    shutil.copy(bundled, tmp_path / "valkey-server")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis.binary() == tmp_path / "valkey-server"


def test_usual_mail_port_gives_way_and_a_wanted_one_does_not() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert places.mail_port(None, "127.0.0.1", port) != port
        with pytest.raises(StackError, match="MAIL_INTAKE_PORT"):
            places.mail_port(str(port), "127.0.0.1", 2525)


def test_short_directory_put_there_by_someone_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StackError, match="in the way"):
        private_dir(tmp_path / "link")


def test_damaged_signing_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("short")
    with pytest.raises(StackError, match="damaged"):
        embedded.secret_key(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a file of someone else")
def test_data_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(StackError, match="belongs to another user"):
        embedded.prepare(Layout.of(tmp_path).data)
