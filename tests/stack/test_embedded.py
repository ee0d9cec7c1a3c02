"""PostgreSQL and Redis under a data directory."""

import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dj_database_url
import psutil
import psycopg2
import pytest
from redis import Redis

from helpdesk.stack import embedded
from helpdesk.stack.layout import Layout

pytestmark = pytest.mark.xdist_group("stack")


def query(data_dir: Path, sql: str) -> object:
    where = dj_database_url.parse(embedded.urls(data_dir)[0])
    connection = psycopg2.connect(host=where["HOST"], user=where["USER"], dbname=where["NAME"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_addresses_are_computed_without_touching_anything(tmp_path: Path) -> None:
    place = tmp_path / "never"
    assert embedded.urls(place) == embedded.urls(place)
    assert not place.exists()


def test_long_or_odd_path_gets_a_short_socket_directory_of_its_own(tmp_path: Path) -> None:
    deep, odd = tmp_path / ("d" * 90), tmp_path / "with space, комната"
    places = {Layout.of(place).sockets for place in (deep, odd, tmp_path)}
    assert len(places) == 3
    assert all(len(os.fsencode(Layout.of(place).postgres_socket)) < 100 for place in (deep, odd))


def test_services_start_under_a_long_path_with_spaces(tmp_path: Path) -> None:
    place = tmp_path / ("long " * 20)
    lease = embedded.acquire(place, durable=False)
    try:
        assert query(place, "SELECT lower('ЖУРНАЛ')") == "журнал"
        assert Redis.from_url(embedded.urls(place)[1]).ping()
    finally:
        lease.release()
    for left in sorted(Layout.of(place).sockets.rglob("*"), reverse=True):
        left.rmdir() if left.is_dir() else left.unlink()
    Layout.of(place).sockets.rmdir()


def test_desk_keeps_durability_and_tests_give_it_up(tmp_path: Path) -> None:
    for durable, expected in ((True, "on"), (False, "off")):
        lease = embedded.acquire(tmp_path / str(durable), durable=durable)
        assert query(tmp_path / str(durable), "SELECT current_setting('fsync')") == expected
        redis = Redis.from_url(embedded.urls(tmp_path / str(durable))[1])
        assert redis.config_get("appendonly") == {"appendonly": "yes" if durable else "no"}
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        redis.close()
        lease.release()


def test_services_stay_for_the_last_user_and_end_with_it(tmp_path: Path) -> None:
    first = embedded.acquire(tmp_path, durable=False)
    second = embedded.acquire(tmp_path, durable=False)
    assert second.process is None
    first.release()
    assert query(tmp_path, "SELECT 1") == 1
    second.release()
    assert not embedded.keeper_alive(Layout.of(tmp_path))
    with pytest.raises(psycopg2.OperationalError):
        query(tmp_path, "SELECT 1")


def test_two_checkouts_side_by_side_do_not_meet(tmp_path: Path) -> None:
    leases = [embedded.acquire(tmp_path / name, durable=False) for name in ("one", "two")]
    try:
        query(tmp_path / "one", "CREATE TABLE mine AS SELECT 1 AS n; SELECT n FROM mine")
        with pytest.raises(psycopg2.errors.UndefinedTable):
            query(tmp_path / "two", "SELECT n FROM mine")
    finally:
        for lease in leases:
            lease.release()


def test_many_users_starting_at_once_share_one_server(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        leases = list(pool.map(lambda _: embedded.acquire(tmp_path, durable=False), range(6)))
    assert sum(lease.process is not None for lease in leases) == 1
    for lease in leases:
        lease.release()
    again = embedded.acquire(tmp_path, durable=False)
    assert query(tmp_path, "SELECT 1") == 1
    again.release()


def test_user_that_was_killed_holds_nothing_any_more(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from helpdesk.stack import embedded\n"
        "embedded.acquire(Path(sys.argv[1]), durable=False); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=embedded.ROOT, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    family = psutil.Process(holder.pid).children(recursive=True)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    gone, _ = psutil.wait_procs(family, timeout=15)
    assert len(gone) == len(family) >= 3


def test_server_that_dies_under_its_users_is_started_again(tmp_path: Path) -> None:
    lease = embedded.acquire(tmp_path, durable=False)
    pid = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            assert query(tmp_path, "SELECT 1") == 1
            break
        except psycopg2.OperationalError:
            time.sleep(0.1)
    assert int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0]) != pid
    lease.release()


def test_number_of_a_dead_server_that_now_is_another_program_does_not_stop_the_start(tmp_path: Path) -> None:
    embedded.acquire(tmp_path, durable=False).release()
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n0\n5432\n\n\n\n")
    lease = embedded.acquire(tmp_path, durable=False)
    assert query(tmp_path, "SELECT 1") == 1
    lease.release()


def test_signing_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: embedded.secret_key(tmp_path), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
