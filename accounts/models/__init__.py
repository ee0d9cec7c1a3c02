"""Nouns of the room."""

from accounts.models.contact import Contact, ContactAddress
from accounts.models.contract import Contract
from accounts.models.customer import Customer
from accounts.models.operator import Operator, Skill
from accounts.models.token import ApiToken
from accounts.models.user import User

__all__ = ["ApiToken", "Contact", "ContactAddress", "Contract", "Customer", "Operator", "Skill", "User"]
