"""What a customer's contract says about the clocks, as events carry it."""

from typing import Any

from accounts.enums import Tier
from accounts.queries import contract_of


def terms_of(customer_id: int | None) -> dict[str, Any]:
    """Tier and flags in force today, kept in the event so that a replay gives the same clocks."""
    contract = contract_of(customer_id)
    return {
        "customer_id": customer_id,
        "tier": contract.tier if contract else Tier.BASIC if customer_id else Tier.BUSINESS,
        "contract_id": contract.pk if contract else None,
        "pause_on_vendor": bool(contract and contract.pause_on_vendor),
        "p1_pause": bool(contract and contract.p1_pause),
        "strict_reopen": bool(contract and contract.strict_reopen),
        "bot_counts": bool(contract and contract.bot_counts),
        "notify_on_monitoring": contract is None or contract.notify_on_monitoring,
    }
