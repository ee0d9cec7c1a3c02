"""A lean HTTP client: the load generator shares the two cores with what it measures."""

import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Latencies in seconds of the answers that were right, and how many were not."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: float) -> float:
        """Linear interpolation, in milliseconds."""
        if len(self.seconds) < 2:
            return self.seconds[0] * 1000 if self.seconds else float("nan")
        cuts = statistics.quantiles(self.seconds, n=1000, method="inclusive")
        return cuts[min(998, round(share * 1000) - 1)] * 1000


class Connection:
    """One HTTP/1.1 connection, kept alive."""

    def __init__(self, port: int) -> None:
        self.port, self.socket, self.rest = port, None, b""

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send a complete request, return status and body; one new try when the server closed an idle connection."""
        try:
            return self._exchange(request)
        except (ConnectionError, OSError):
            self.close()
            return self._exchange(request)

    def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""
        self.socket.sendall(request)
        head = self._until(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        if headers.get(b"transfer-encoding") == b"chunked":
            return status, self._chunks()
        return status, self._exactly(int(headers.get(b"content-length", b"0")))

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.rest:
            self._more()
        head, self.rest = self.rest.split(mark, 1)
        return head

    def _exactly(self, count: int) -> bytes:
        while len(self.rest) < count:
            self._more()
        body, self.rest = self.rest[:count], self.rest[count:]
        return body

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self._exactly(size)
            self._exactly(2)
        self._exactly(2)
        return body

    def _more(self) -> None:
        assert self.socket is not None
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self.rest += data

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket = None


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(port: int, requests: Sequence[bytes], *, concurrency: int, good: Callable[[int], bool]) -> Tally:
    """Send every request once over `concurrency` connections as fast as answers come."""
    tally, pending, lock = Tally(), iter(requests), threading.Lock()

    def work() -> None:
        connection = Connection(port)
        while True:
            with lock:
                message = next(pending, None)
            if message is None:
                return connection.close()
            began = time.perf_counter()
            status, body = connection.exchange(message)
            took = time.perf_counter() - began
            if good(status):
                tally.seconds.append(took)
            else:
                tally.failed.append(f"{status} {body[:200]!r}")

    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.elapsed = time.perf_counter() - began
    if tally.failed:
        raise SystemExit(f"{len(tally.failed)} of {len(requests)} requests failed, first: {tally.failed[0]}")
    return tally
