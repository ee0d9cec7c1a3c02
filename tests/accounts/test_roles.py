"""Who is behind a user, and with which roles."""

import pytest

from accounts.enums import Actor, Role
from accounts.permissions import is_administrator, is_contact, is_operator, leads_shift
from accounts.queries import actor_for, contract_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("line", "role"), [(1, Role.LINE1), (2, Role.LINE2), (3, Role.LINE3)])
def test_an_operator_has_the_role_of_the_line(line: int, role: Role) -> None:
    actor = factories.operator(line)
    assert actor.roles == {role}
    assert (is_operator(actor), is_contact(actor), actor.line) == (True, False, line)


@pytest.mark.parametrize(
    ("duty", "roles"),
    [
        ("is_shift_lead", {Role.SHIFT_LEAD, Role.MAJOR}),
        ("is_major_manager", {Role.MAJOR}),
        ("is_service_manager", {Role.SERVICE_MANAGER}),
        ("is_knowledge_editor", {Role.EDITOR}),
        ("is_administrator", {Role.ADMINISTRATOR}),
    ],
)
def test_a_duty_adds_rights_and_takes_none_away(duty: str, roles: set[Role]) -> None:
    assert factories.operator(2, **{duty: True}).roles == {Role.LINE2, *roles}


def test_only_administrators_administer_and_only_leads_lead() -> None:
    assert not is_administrator(factories.operator(3, is_shift_lead=True))
    assert is_administrator(factories.operator(1, is_administrator=True))
    assert leads_shift(factories.operator(1, is_service_manager=True))
    assert not leads_shift(factories.operator(3))
    assert not leads_shift(None)


def test_an_authorised_contact_has_one_more_role() -> None:
    assert factories.contact().roles == {Role.CUSTOMER}
    assert factories.contact(is_authorised=True).roles == {Role.CUSTOMER, Role.AUTHORISED}


@pytest.mark.parametrize("what", ["user", "contact", "customer"])
def test_whoever_is_no_longer_active_is_nobody(what: str) -> None:
    contact = factories.ContactFactory.create()
    row = {"user": contact.user, "contact": contact, "customer": contact.customer}[what]
    row.is_active = False
    row.save()
    user = type(contact.user).objects.get(pk=contact.user_id)
    assert actor_for(user) is None


def test_a_user_without_a_part_is_nobody() -> None:
    assert actor_for(factories.UserFactory.create(is_staff=True)) is None


def test_an_actor_is_never_made_of_what_somebody_else_owns() -> None:
    """Somebody who is both is an operator: a contact's scope never shrinks or widens an operator's."""
    made = factories.OperatorFactory.create()
    factories.ContactFactory.create(user=made.user)
    actor = actor_for(made.user)
    assert actor is not None
    assert (actor.is_operator, actor.contact_id, actor.customer_id) == (True, None, None)


def test_the_system_is_no_human_and_no_operator() -> None:
    assert not Actor.system().is_human
    assert not Actor.monitoring("zabbix").is_operator
    assert Actor.monitoring("zabbix").has(Role.MONITORING)


def test_the_newest_contract_in_force_is_the_one_that_holds() -> None:
    from datetime import date

    old = factories.ContractFactory.create(starts_on=date(2020, 1, 1))
    new = factories.ContractFactory.create(
        customer=old.customer, starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31)
    )
    assert contract_of(old.customer_id, date(2024, 6, 1)) == new
    assert contract_of(old.customer_id, date(2025, 6, 1)) == old
    assert contract_of(old.customer_id, date(2019, 6, 1)) is None
    assert contract_of(None) is None
