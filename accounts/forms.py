"""What people type in: the sign-in, and what administrators enter about others."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ContactAddress
from accounts.services.addressing import spelled
from common.errors import Invalid


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no complete types
    """Says what to type: in Russian allauth labels the field with the word of the button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        # The page has its own link for a forgotten password.
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AddressForm(forms.ModelForm[ContactAddress]):
    """An address in the one spelling that incoming mail and calls are looked up by."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("kind") and values.get("value"):
            try:
                values["value"] = spelled(values["kind"], values["value"])
            except Invalid as error:
                self.add_error("value", error.detail)
        return values
