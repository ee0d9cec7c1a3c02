"""Debian's Dovecot on loopback, with its own files and one mailbox."""

import grp
import imaplib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.messaging.factories import free_port

USER, PASSWORD = "support", "only-for-tests"
OWNER = "mail"
CONFIG = """
base_dir = {place}/run
log_path = {place}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{place}/mail/%n
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  client_limit = 100
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail/%n
}}
"""


class Dovecot:
    """A running server; `mailbox` is the Maildir of its one user."""

    def __init__(self) -> None:
        # Not the test's own directory: the server's processes are other users and must get in.
        self.place = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.place.chmod(0o755)
        self.port = free_port()
        uid, gid = pwd.getpwnam(OWNER).pw_uid, grp.getgrnam(OWNER).gr_gid
        (self.place / "mail").mkdir()
        shutil.chown(self.place / "mail", uid, gid)
        self.config = self.place / "dovecot.conf"
        self.config.write_text(
            CONFIG.format(place=self.place, port=self.port, password=PASSWORD, uid=uid, gid=gid)
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def mailbox(self) -> Path:
        return self.place / "mail" / USER

    def start(self) -> None:
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(self.config)])
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self.place / "dovecot.log").read_text())

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(15)
            self.process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(USER, PASSWORD)
        return client

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the inbox, as a mail server does."""
        client = self.client()
        for mail in mails:
            status, _answer = client.append("INBOX", "", "", mail)
            assert status == "OK"
        client.logout()

    def count(self, folder: str) -> int:
        client = self.client()
        status, answer = client.select(folder, readonly=True)
        client.logout()
        return int(answer[0]) if status == "OK" and answer[0] else 0

    def new_uid_validity(self) -> None:
        """What a restored backup or a rebuilt index does to every UID that a client remembers."""
        for path in self.mailbox.glob("dovecot*"):
            path.unlink()
