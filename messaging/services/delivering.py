"""Sends what is due in the outbox. At least once, normally exactly once, and always with the same Message-ID."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from messaging.enums import Channel
from messaging.models import OutboundMessage
from messaging.services import leasing
from messaging.services.carrying import AwayError, Carrier, LaterError, RefusedError
from messaging.services.carrying_mail import MailCarrier
from messaging.services.falling_back import give_up
from messaging.services.telegram.carrying import TelegramCarrier

logger = logging.getLogger(__name__)

BATCH = 20
# A message is begun only while this much of the lease is left, more than one conversation may take.
RESERVE_S = 60.0
# With another way left, a way that keeps failing is left sooner.
ATTEMPTS_BEFORE_FALLBACK = 3
CARRIERS: dict[str, Callable[[], Carrier]] = {Channel.MAIL: MailCarrier, Channel.TELEGRAM: TelegramCarrier}


@dataclass(slots=True)
class Delivery:
    """What one call of `send_due` did."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def send_due(*, channel: str = Channel.MAIL, limit: int = 200) -> Delivery:
    """Send up to `limit` due messages of a channel over one connection, oldest first.

    Safe to run in any number of workers.
    """
    done = Delivery()
    taken = 0
    while taken < limit:
        batch = leasing.claim(channel=channel, limit=min(BATCH, limit - taken))
        if not batch:
            break
        taken += len(batch)
        if not _send_batch(channel, batch, done):
            break
    return done


def _send_batch(channel: str, batch: list[OutboundMessage], done: Delivery) -> bool:
    """False when the other side went away; what was not begun is given back, later if patience was asked for."""
    began = time.monotonic()
    alive, patience = True, 0.0
    with CARRIERS[channel]() as carrier:
        for message in batch:
            if not alive or time.monotonic() - began > leasing.LEASE.total_seconds() - RESERVE_S:
                leasing.give_back(message, later=patience)
                continue
            try:
                _send(message, carrier, done)
            except AwayError:
                alive = False
            except LaterError as error:
                alive, patience = False, error.seconds
                leasing.give_back(message, later=patience)
    return alive


def _send(message: OutboundMessage, carrier: Carrier, done: Delivery) -> None:
    try:
        external_id = carrier.carry(message)
    except LaterError:
        raise
    except AwayError as error:
        _failed(message, str(error), done)
        raise
    except RefusedError as error:
        _failed(message, str(error), done, for_good=error.for_good)
    except Exception as error:
        # One message that cannot be sent must not stop the others.
        logger.exception("message %s could not be handed over", message.pk)
        _failed(message, f"{type(error).__name__}: {error}", done)
    else:
        leasing.mark_sent(message, external_id=external_id)
        done.sent += 1


def _failed(message: OutboundMessage, why: str, done: Delivery, *, for_good: bool = False) -> None:
    most = ATTEMPTS_BEFORE_FALLBACK if message.fallbacks else leasing.MAX_ATTEMPTS
    if for_good or message.attempts >= most:
        give_up(message, why)
        done.dead += 1
        logger.error("message %s to the customer is not delivered: %s", message.pk, why)
    else:
        leasing.mark_failed(message, why)
        done.failed += 1
