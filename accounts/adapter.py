"""Sign-in rules for allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no complete types
    """Accounts are made by administrators: nobody signs up alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
