"""The doors and the worker of a desk as processes of their own, each of which can be killed without warning."""

import socket
import subprocess
import sys
from pathlib import Path

import psutil

from helpdesk.stack import embedded, plan
from tests.stack.clockwork import Clockwork
from tests.stack.desk import Desk, free_port


class Channelwork(Clockwork):
    """`web`, `mail` (the intake), `work` and `beat`, as the stack starts them. Data are kept as in production."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        super().__init__(data_dir)
        desk = Desk(data_dir, MAIL_INTAKE_PORT=str(free_port()), **environment)
        self.environment = desk.environment
        # The listening socket outlives the web process, as it does under the supervisor.
        self.listening = socket.socket()
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listening.bind(("127.0.0.1", desk.port))
        self.listening.listen(100)
        self.address = f"http://127.0.0.1:{desk.port}"
        self.mail_port = int(self.environment["MAIL_INTAKE_PORT"])

    def __exit__(self, *failure: object) -> None:
        super().__exit__(*failure)
        self.listening.close()

    def acquire(self) -> embedded.Lease:
        return embedded.acquire(self.data_dir, durable=True)

    def start(self, name: str) -> None:
        commands = plan.commands(self.listening.fileno(), mail=True)
        command = {
            "web": commands["web.1"],
            "mail": [sys.executable, "manage.py", "intake"],
            "work": commands["worker"],
            "beat": commands["beat"],
        }[name]
        with self.output.open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, cwd=embedded.ROOT, env=self.environment, stdout=output, stderr=output,
                start_new_session=True, pass_fds=[self.listening.fileno()],
            )  # fmt: skip

    def restart(self, name: str) -> None:
        """Killed and started again, as whoever supervises it does."""
        self.kill(name)
        self.start(name)

    def kill_postgres(self) -> int:
        """The whole server at once; the keeper starts another."""
        assert self.lease.process is not None
        servers = [
            one
            for one in psutil.Process(self.lease.process.pid).children(recursive=True)
            if "postgres" in one.name()
        ]
        for one in servers:
            one.kill()
        return len(servers)
