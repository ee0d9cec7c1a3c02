"""What accounts take and give over the API."""

from typing import Any

from rest_framework import serializers

from accounts.enums import AddressKind, Language, Line, Role
from common.serializers import Input, Key, Moment


class Reference(serializers.Serializer[Any]):
    """A customer, contact, service or person, by id and name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class CustomerOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    time_zone = serializers.CharField()
    domains = serializers.ListField(child=serializers.CharField())
    notes = serializers.CharField()
    is_active = serializers.BooleanField()
    created_at = Moment()


class CustomerInput(Input):
    code = serializers.SlugField(max_length=32)
    name = serializers.CharField(max_length=200)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    domains = serializers.ListField(
        child=serializers.RegexField(r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"),
        required=False,
        max_length=100,
    )
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class AddressOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=AddressKind.choices)
    value = serializers.CharField()
    is_primary = serializers.BooleanField()
    is_verified = serializers.BooleanField()


class AddressInput(Input):
    kind = serializers.ChoiceField(choices=AddressKind.choices)
    value = serializers.CharField(max_length=254)
    is_primary = serializers.BooleanField(default=False)
    is_verified = serializers.BooleanField(default=False)


class ContactOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    customer = Reference()
    name = serializers.CharField()
    position = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    is_authorised = serializers.BooleanField()
    sees_organisation = serializers.BooleanField()
    has_portal_access = serializers.SerializerMethodField()
    is_active = serializers.BooleanField()
    addresses = AddressOutput(many=True)

    def get_has_portal_access(self, contact: Any) -> bool:
        return contact.user_id is not None


class ContactChange(Input):
    name = serializers.CharField(max_length=200)
    position = serializers.CharField(max_length=200, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    is_authorised = serializers.BooleanField(required=False)
    sees_organisation = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)
    addresses = AddressInput(many=True, required=False, max_length=20)  # type: ignore[call-arg]  # taken by many=True


class ContactInput(ContactChange):
    customer = Key()


class MeOutput(serializers.Serializer[Any]):
    """Who the token or session speaks for. `line` is an operator's, `customer` a contact's."""

    kind = serializers.ChoiceField(choices=[("operator", "operator"), ("contact", "contact")])
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))
    line = serializers.ChoiceField(choices=Line.choices, allow_null=True)
    customer = Reference(allow_null=True)
    sees_organisation = serializers.BooleanField()
    language = serializers.ChoiceField(choices=Language.choices)
    time_zone = serializers.CharField()
