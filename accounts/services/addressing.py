"""How a contact can be reached: every address in one spelling, and owned by one contact only."""

from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress
from common.errors import Conflict, Invalid

HOME_REGION = "RU"


@dataclass(frozen=True, slots=True)
class Address:
    """One address as it was entered."""

    kind: str
    value: str
    is_primary: bool = False
    is_verified: bool = False


def spelled(kind: str, value: str) -> str:
    """Mail in lower case, telephone numbers in E.164, Telegram as it is. Raises `Invalid`."""
    text = value.strip()
    if kind == AddressKind.PHONE:
        return _telephone(text)
    if kind == AddressKind.MAIL:
        try:
            validate_email(text)
        except ValidationError:
            raise Invalid(
                _("“%(value)s” is not an e-mail address.") % {"value": text}, field="addresses"
            ) from None
        return text.lower()
    if not text:
        raise Invalid(_("An address is empty."), field="addresses")
    return text


def _telephone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid(_("“%(value)s” is not a telephone number.") % {"value": text}, field="addresses")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def replace_addresses(*, contact: Contact, addresses: Sequence[Address]) -> None:
    """The contact has exactly these addresses from now on. Runs inside the caller's transaction.

    Raises `Conflict` when one of them belongs to somebody else: whose it is, is not told.
    """
    wanted = {(address.kind, spelled(address.kind, address.value)): address for address in addresses}
    for row in contact.addresses.all():
        if (row.kind, row.value) not in wanted:
            row.delete()
    try:
        with transaction.atomic():
            for (kind, value), address in sorted(wanted.items()):
                ContactAddress.objects.update_or_create(
                    contact=contact, kind=kind, value=value,
                    defaults={"is_primary": address.is_primary, "is_verified": address.is_verified},
                )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("One of these addresses is in use already."), field="addresses") from None
