"""Customers, contacts, articles, categories and the caller themself: who reads, who changes."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Contact, Customer, Operator
from knowledge.models import Article
from tests import factories
from tests.knowledge.factories import article

pytestmark = pytest.mark.django_db
PEOPLE = ["/api/v1/customers/", "/api/v1/contacts/"]


@pytest.mark.parametrize("path", PEOPLE)
def test_operators_read_people_and_only_administrators_change_them(
    desk: APIClient, admin: APIClient, person: Contact, path: str
) -> None:
    body: dict[str, Any] = {"code": "new", "name": "New"} if "customers" in path else {
        "customer": person.customer_id, "name": "Engineer on duty",
    }  # fmt: skip
    one = f"{path}{person.customer_id if 'customers' in path else person.pk}/"
    assert [desk.get(path).status_code, desk.get(one).status_code] == [200, 200]
    assert [desk.post(path, body).status_code, desk.patch(one, {"name": "X"}).status_code] == [403, 403]
    assert admin.post(path, body).status_code == 201
    assert admin.patch(one, {"name": "Renamed"}).json()["name"] == "Renamed"


@pytest.mark.parametrize("path", PEOPLE)
def test_to_contacts_the_lists_of_people_do_not_exist_not_even_their_own(
    customer: APIClient, person: Contact, path: str
) -> None:
    for answer in (customer.get(path), customer.post(path, {}), customer.get(f"{path}{person.pk}/")):
        assert answer.status_code == 404


def test_addresses_get_one_spelling_and_one_owner(admin: APIClient, person: Contact) -> None:
    path = f"/api/v1/contacts/{person.pk}/"
    given = [
        {"kind": "mail", "value": "IT@Customer.Example"},
        {"kind": "phone", "value": "8 (495) 123-45-67"},
    ]
    shown = admin.patch(path, {"addresses": given}).json()["addresses"]
    assert sorted(row["value"] for row in shown) == ["+74951234567", "it@customer.example"]
    other = factories.ContactFactory.create()
    taken = admin.patch(f"/api/v1/contacts/{other.pk}/", {"addresses": given[:1]})
    assert taken.status_code == 409
    assert person.name not in taken.content.decode()
    assert admin.patch(path, {"addresses": [{"kind": "phone", "value": "call me"}]}).status_code == 400
    assert admin.patch(path, {"addresses": []}).json()["addresses"] == []


def test_a_contact_never_changes_customer(admin: APIClient, person: Contact) -> None:
    other = factories.CustomerFactory.create()
    answer = admin.patch(f"/api/v1/contacts/{person.pk}/", {"customer": other.pk})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["customer"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "taken", "name": "A"}, 409),
        ({"code": "a", "name": "A", "time_zone": "Mars/Olympus"}, 400),
        ({"code": "no good", "name": "A"}, 400),
        ({"code": "a", "name": "A", "domains": ["no domain"]}, 400),
        ({"code": "a", "name": "A", "is_staff": True}, 400),
    ],
)
def test_a_customer_that_cannot_be_is_refused(admin: APIClient, body: dict[str, Any], status: int) -> None:
    factories.CustomerFactory.create(code="taken")
    assert admin.post("/api/v1/customers/", body).status_code == status
    assert Customer.objects.count() == 1


def test_contacts_are_found_by_address_and_name(desk: APIClient) -> None:
    found = factories.MailAddressFactory.create().contact
    factories.ContactFactory.create(name="Somebody else")
    address = found.addresses.get().value.upper()
    for query in (f"address={address}", f"q={found.name}", f"customer={found.customer_id}"):
        rows = desk.get(f"/api/v1/contacts/?{query}").json()["results"]
        assert [row["id"] for row in rows] == [found.pk], query


def test_me_is_whom_the_token_speaks_for(
    desk: APIClient, first: Operator, customer: APIClient, person: Contact
) -> None:
    assert (desk.get("/api/v1/me/").json()["line"], desk.get("/api/v1/me/").json()["kind"]) == (1, "operator")
    me = customer.get("/api/v1/me/").json()
    assert (me["kind"], me["customer"]["id"], me["line"]) == ("contact", person.customer_id, None)


def test_contacts_choose_from_the_categories_of_the_portal(desk: APIClient, customer: APIClient) -> None:
    codes = [
        {row["code"] for row in client.get("/api/v1/categories/").json()["results"]}
        for client in (desk, customer)
    ]
    assert codes[1] < codes[0]
    assert "EM.MON" in codes[0] - codes[1]
    hidden = customer.post("/api/v1/tickets/", {"subject": "A", "body": "B", "category": "EM.MON"})
    assert hidden.status_code == 400


def test_contacts_read_and_find_only_what_is_written_for_them(desk: APIClient, customer: APIClient) -> None:
    public = article("Mail does not arrive", "Look at the filters.")
    hidden = article("Mail relay secrets", "canary", audience="internal")
    for url in ("/api/v1/articles/", "/api/v1/articles/?q=mail"):
        assert [row["code"] for row in customer.get(url).json()["results"]] == [public.code]
        assert {row["code"] for row in desk.get(url).json()["results"]} == {public.code, hidden.code}
    assert customer.get(f"/api/v1/articles/{hidden.code}/").status_code == 404
    read = customer.get(f"/api/v1/articles/{public.code}/").json()
    assert (read["texts"][0]["body"], "owner" in read) == ("Look at the filters.", False)
    assert customer.post("/api/v1/articles/", {"texts": {}}).status_code == 404
    assert customer.patch(f"/api/v1/articles/{public.code}/", {}).status_code == 404


def test_an_operator_writes_a_draft_and_only_an_editor_checks_it(desk: APIClient, admin: APIClient) -> None:
    body = {"texts": {"en": {"title": "A", "body": "B"}}}
    assert desk.post("/api/v1/articles/", {**body, "confidence": "validated"}).status_code == 403
    made = desk.post("/api/v1/articles/", body)
    assert made.status_code == 201
    path = f"/api/v1/articles/{made.json()['code']}/"
    assert admin.patch(path, {"confidence": "validated", "audience": "customer"}).status_code == 200
    assert desk.patch(path, {"note": "No right any more."}).status_code == 403
    assert Article.objects.get().revisions.count() == 2
