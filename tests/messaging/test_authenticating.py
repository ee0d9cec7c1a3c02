"""Whose mail is it? Only what our own server found out counts, and only on top (test 39)."""

from email import message_from_bytes

import pytest

from messaging.services.authenticating import Trust, trust_of

US = "mx.desk.example"


def trust(*headers: str, sender: str = "Anna <anna@customer.example>", pinned: str = US) -> Trust:
    lines = [*(f"Authentication-Results: {value}" for value in headers), f"From: {sender}", "", "text"]
    return trust_of(message_from_bytes("\r\n".join(lines).encode()), authserv_id=pinned)


GOOD = (
    f"{US}; dmarc=pass (p=REJECT) header.from=customer.example; spf=pass smtp.mailfrom=bounce.mailer.example"
)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([GOOD], Trust.ALIGNED),
        ([f"{US} 1; dmarc=pass header.from=customer.example"], Trust.ALIGNED),
        ([f"{US}; dkim=pass header.d=customer.example"], Trust.ALIGNED),
        ([f"{US}; spf=pass smtp.mailfrom=anna@customer.example"], Trust.ALIGNED),
        (
            [f"{US}; dmarc=fail header.from=customer.example; spf=pass smtp.mailfrom=evil.example"],
            Trust.FORGED,
        ),
        # SPF of the attacker's own domain says nothing about the one in From.
        ([f"{US}; spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example"], Trust.UNPROVEN),
        ([f"{US}; dmarc=pass header.from=evil.example"], Trust.UNPROVEN),
        ([f"{US}; dkim=pass header.d=example"], Trust.UNPROVEN),
        ([f"{US}; none"], Trust.UNPROVEN),
        ([], Trust.UNPROVEN),
        # A header of another server, alone, above ours, or ours below the sender's.
        ([GOOD.replace(US, "mx.evil.example")], Trust.UNPROVEN),
        ([GOOD.replace(US, "mx.evil.example"), GOOD], Trust.UNPROVEN),
        ([f"{US}; dmarc=fail header.from=customer.example", GOOD], Trust.FORGED),
        ([f"{US}.evil.example; dmarc=pass header.from=customer.example"], Trust.UNPROVEN),
        ([f"({US}) mx.evil.example; dmarc=pass header.from=customer.example"], Trust.UNPROVEN),
        ([";;;===", GOOD], Trust.UNPROVEN),
    ],
)
def test_only_the_topmost_result_of_our_own_server_counts(headers: list[str], expected: Trust) -> None:
    assert trust(*headers) is expected


@pytest.mark.parametrize(
    "sender",
    ["a@customer.example, b@evil.example", "", "no address", "a@evil.example\r\nFrom: anna@customer.example"],
)
def test_a_mail_of_no_single_sender_proves_nobody(sender: str) -> None:
    assert trust(GOOD, sender=sender) is Trust.UNPROVEN


def test_where_no_server_of_ours_looks_the_address_is_taken_as_written() -> None:
    assert trust(GOOD.replace(US, "mx.evil.example"), pinned="") is Trust.BELIEVED


def test_a_subdomain_is_vouched_for_by_its_domain_and_not_the_other_way_round() -> None:
    assert (
        trust(f"{US}; dkim=pass header.d=customer.example", sender="a@it.customer.example") is Trust.ALIGNED
    )
    assert trust(f"{US}; dkim=pass header.d=it.customer.example") is Trust.UNPROVEN
