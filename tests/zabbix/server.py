"""Zabbix from Debian's packages on loopback: a server, its database, and the frontend that serves the API."""

import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

import psycopg2
from zabbix_utils import ZabbixAPI

from helpdesk.stack import embedded, postgres
from helpdesk.stack.layout import Layout
from tests.stack.desk import free_port
from tests.zabbix.waiting import listens, until

SCHEMA = Path("/usr/share/zabbix-server-pgsql")
FRONTEND = Path("/usr/share/zabbix")
# Debian writes the one place of the configuration into the frontend.
CONFIGURED = "/etc/zabbix/zabbix.conf.php"


def low_port() -> int:
    """A free one that Zabbix accepts: at most 32767, which is below those that the system hands out."""
    return next(port for port in range(20051, 32767) if not listens(port))


class Server:
    """Everything lives and logs under `place`. `address` is that of the web pages."""

    def __init__(self, place: Path) -> None:
        self.place, self.port, self.web_port = place, low_port(), free_port()
        self.address = f"http://127.0.0.1:{self.web_port}"
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Server":
        self.place.mkdir(parents=True)
        self.lease = embedded.acquire(self.place / "database", durable=False)
        try:
            self._fill_database()
            self._start_server()
            self._start_frontend()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        for process in self.processes:
            # The frontend's workers outlive their parent.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            process.wait(60)
        self.lease.release()

    @property
    def sockets(self) -> Path:
        """The directory of PostgreSQL's socket."""
        return Layout.of(self.place / "database").postgres_sockets

    def api(self, token: str = "") -> ZabbixAPI:
        """As the administrator that a fresh Zabbix has, or by a token."""
        who = {"token": token} if token else {"user": "Admin", "password": "zabbix"}
        return ZabbixAPI(url=f"{self.address}/api_jsonrpc.php", **who)

    def send(self, values: Iterable[tuple[str, str, object]]) -> None:
        """`(host, key, value)` of trapper items, in one go; again until the server knows all the items."""
        lines = "".join(f"{host} {key} {value}\n" for host, key, value in values)

        def taken() -> bool:
            done = subprocess.run(
                ["zabbix_sender", "-z", "127.0.0.1", "-p", str(self.port), "-i", "-"],
                input=lines, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            return done.returncode == 0

        until(taken, "the server takes the values")

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """A request of the frontend to the server, in Zabbix's own framing."""
        data = json.dumps(request).encode()
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection,
            connection.makefile("rwb") as wire,
        ):
            wire.write(b"ZBXD\x01" + len(data).to_bytes(8, "little") + data)
            wire.flush()
            header = wire.read(13)
            answer: dict[str, Any] = json.loads(wire.read(int.from_bytes(header[5:9], "little")))
            return answer

    def _fill_database(self) -> None:
        self._run(postgres.DATABASE, "CREATE DATABASE zabbix")
        for name in ("schema", "images", "data"):
            self._run("zabbix", gzip.decompress((SCHEMA / f"{name}.sql.gz").read_bytes()).decode())

    def _run(self, database: str, sql: str) -> None:
        connection = psycopg2.connect(host=str(self.sockets), user=postgres.USER, dbname=database)
        with closing(connection):
            connection.autocommit = True
            connection.cursor().execute(sql)

    def _start_server(self) -> None:
        settings = {
            "ListenIP": "127.0.0.1", "ListenPort": self.port, "SourceIP": "127.0.0.1",
            "DBHost": self.sockets, "DBName": "zabbix", "DBUser": postgres.USER,
            # The desk's own PostgreSQL is newer than this Zabbix was made for; it is not what is tested.
            "AllowUnsupportedDBVersions": 1, "AllowRoot": 1,
            "LogFile": self.place / "zabbix_server.log", "LogFileSize": 0, "PidFile": self.place / "server.pid",
            "SocketDir": self.place, "StartAlerters": 10, "CacheUpdateFrequency": 1, "HousekeepingFrequency": 0,
            "StartPingers": 0, "StartHTTPPollers": 0, "StartDiscoverers": 0,
        }  # fmt: skip
        path = self.place / "zabbix_server.conf"
        path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self._start("server", ["zabbix_server", "-f", "-c", str(path)])
        until(lambda: self._runs() and listens(self.port), "the Zabbix server listens")

    def _start_frontend(self) -> None:
        pages = self.place / "frontend"
        shutil.copytree(FRONTEND, pages)
        (self.place / "zabbix.conf.php").write_text(
            f"<?php $DB = ['TYPE' => 'POSTGRESQL', 'SERVER' => '{self.sockets}', 'PORT' => '0', 'DATABASE' => 'zabbix', "
            f"'USER' => '{postgres.USER}', 'PASSWORD' => '', 'SCHEMA' => '', 'ENCRYPTION' => false, "
            "'DOUBLE_IEEE754' => true]; $ZBX_SERVER = '127.0.0.1'; "
            f"$ZBX_SERVER_PORT = '{self.port}'; $ZBX_SERVER_NAME = ''; $IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;\n"
        )
        reader = pages / "include" / "classes" / "core" / "CConfigFile.php"
        reader.write_text(reader.read_text().replace(CONFIGURED, str(self.place / "zabbix.conf.php")))
        self._start(
            "frontend",
            ["php", "-d", "date.timezone=UTC", "-S", f"127.0.0.1:{self.web_port}", "-t", str(pages)],
            PHP_CLI_SERVER_WORKERS="4",
        )
        until(lambda: self._runs() and listens(self.web_port), "the frontend listens")

    def _start(self, name: str, command: list[str], **environment: str) -> None:
        output: IO[bytes]
        with (self.place / f"{name}.out").open("ab") as output:
            self.processes.append(
                subprocess.Popen(
                    command,
                    stdout=output,
                    stderr=output,
                    env={**os.environ, **environment},
                    cwd=self.place,
                    start_new_session=True,
                )
            )

    def _runs(self) -> bool:
        ended = [process.args for process in self.processes if process.poll() is not None]
        assert not ended, f"{ended} ended by itself: see {self.place}"
        return True
