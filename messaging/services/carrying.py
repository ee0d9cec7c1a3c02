"""What every way out has in common: how a carrier says that it could not carry a message."""

from typing import Protocol, Self

from messaging.models import OutboundMessage


class RefusedError(Exception):
    """This message is refused; `for_good` when trying again is of no use."""

    def __init__(self, why: str, *, for_good: bool) -> None:
        super().__init__(why)
        self.for_good = for_good


class AwayError(Exception):
    """The other side cannot be talked to: the rest of the batch need not try. Counts as an attempt of this message."""


class LaterError(Exception):
    """The other side asks for `seconds` of patience, for everything we send it. No attempt of anybody's."""

    def __init__(self, why: str, seconds: float) -> None:
        super().__init__(why)
        self.seconds = seconds


class Carrier(Protocol):
    """Carries messages of one channel over one connection, opened on entering."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_exc: object) -> None: ...

    def carry(self, message: OutboundMessage) -> str:
        """Hand one message over; returns what the other side calls it, or ''.

        Raises `RefusedError`, `AwayError`, `LaterError`; anything else is a fault of ours and is tried again.
        """
        ...
