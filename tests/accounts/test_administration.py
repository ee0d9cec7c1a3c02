"""What administrators type in works at once: spelling is ours to mend, and a slip locks nobody out."""

import pytest
from django.test import Client

from accounts.enums import AddressKind
from accounts.models import Contact, Customer, User
from accounts.queries import contact_by_address
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(factories.UserFactory.create(is_staff=True, is_superuser=True))
    return client


def address(value: str) -> dict[str, str]:
    return {
        "addresses-TOTAL_FORMS": "1",
        "addresses-INITIAL_FORMS": "0",
        "addresses-0-kind": AddressKind.MAIL,
        "addresses-0-value": value,
        "addresses-0-is_verified": "on",
    }


def contact_form(customer: Customer) -> dict[str, str]:
    return {"customer": str(customer.pk), "name": "IT director", "language": "en", "is_active": "on"}


def test_a_mail_address_is_found_however_it_was_typed(admin: Client) -> None:
    values = {**contact_form(factories.CustomerFactory.create()), **address(" IT@Customer.Example")}
    assert admin.post("/admin/accounts/contact/add/", values).status_code == 302
    assert contact_by_address(AddressKind.MAIL, "it@customer.example") == Contact.objects.get()


def test_an_address_that_is_none_is_refused_in_place(admin: Client) -> None:
    values = {**contact_form(factories.CustomerFactory.create()), **address("nobody")}
    assert admin.post("/admin/accounts/contact/add/", values).status_code == 200
    assert not Contact.objects.exists()


def test_domains_of_a_customer_are_kept_in_lower_case(admin: Client) -> None:
    values = {
        "code": "north", "name": "North", "language": "en", "time_zone": "Europe/Moscow", "is_active": "on",
        "domains": "North.Example, mail.north.example", "contracts-TOTAL_FORMS": "0", "contracts-INITIAL_FORMS": "0",
        "contract_set-TOTAL_FORMS": "0", "contract_set-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert admin.post("/admin/accounts/customer/add/", values).status_code == 302
    assert Customer.objects.get().domains == ["mail.north.example", "north.example"]


def test_a_time_zone_that_does_not_exist_cannot_be_given_to_a_person(admin: Client) -> None:
    person = factories.UserFactory.create()
    values = {"username": person.username, "language": "en", "time_zone": "Mars/Olympus", "theme": "system"}
    answer = admin.post(f"/admin/accounts/user/{person.pk}/change/", values)
    assert answer.status_code == 200
    assert User.objects.get(pk=person.pk).time_zone == "Europe/Moscow"


@pytest.mark.parametrize(
    "back", ["[]", "-1", "desk:queue", "//elsewhere.example", "javascript:alert(1)", "\u00b2"]
)
def test_settings_lead_back_to_a_path_of_ours_or_to_the_front_door(admin: Client, back: str) -> None:
    answer = admin.post("/accounts/preferences/", {"theme": "dark", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_nobody_takes_an_address_to_sign_in_with_by_themselves(client: Client) -> None:
    operator, person = factories.OperatorFactory.create().user, factories.ContactFactory.create().user
    client.force_login(person)
    for action in ("action_add", "action_primary"):
        assert client.post("/accounts/email/", {action: "", "email": operator.email}).status_code == 404
    assert User.objects.get(pk=person.pk).email == person.email
