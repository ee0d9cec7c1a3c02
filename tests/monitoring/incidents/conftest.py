"""The sample house, and a story told by alerts."""

import pytest

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress
from monitoring.models import Source
from monitoring.services.authenticating import forget_sources
from tests import factories
from tests.monitoring.conftest import Post
from tests.monitoring.incidents.house import House
from tests.monitoring.incidents.timeline import Timeline


@pytest.fixture
def house(db: None) -> House:
    return House()


@pytest.fixture
def story(post: Post, house: House) -> Timeline:
    Source.objects.update(hold_seconds=15)
    forget_sources()
    return Timeline(post)


@pytest.fixture
def people(house: House) -> dict[str, Contact]:
    """One contact of each client with a mail address; Delta reads Russian."""
    found = {}
    for code, customer in house.customer.items():
        contact = factories.ContactFactory.create(
            customer=customer, language="ru" if code == "delta" else "en", is_authorised=True
        )
        ContactAddress.objects.create(
            contact=contact, kind=AddressKind.MAIL, value=f"{code}@client.example", is_primary=True
        )
        found[code] = contact
    return found
