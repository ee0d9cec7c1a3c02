"""Administration of people, customers and contracts."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressForm
from accounts.models import ApiToken, Contact, ContactAddress, Contract, Customer, Operator, Skill, User
from accounts.services.tokens import revoke_token
from common.admin import LookOnly


class TimeZones(admin.options.BaseModelAdmin[Any]):
    """Time zones are picked: with a misspelt one no page of the person would open."""

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "time_zone":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        zones = [(name, name) for name in sorted(available_timezones())]
        return forms.ChoiceField(label=db_field.verbose_name, choices=zones, initial=db_field.default)


class OperatorInline(admin.StackedInline[Operator, User]):
    model = Operator
    extra = 0


@admin.register(User)
class PersonAdmin(TimeZones, UserAdmin[User]):
    inlines = (OperatorInline,)
    list_display = ("username", "name", "email", "operator", "contact", "is_active")
    list_select_related = ("operator", "operator__user", "contact")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("Personal settings"), {"fields": ("language", "time_zone", "theme")}),
    )


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin[Skill]):
    list_display = ("code", "name_en", "name_ru")


class ContractInline(admin.TabularInline[Contract, Customer]):
    model = Contract
    extra = 0


@admin.register(Customer)
class CustomerAdmin(TimeZones, admin.ModelAdmin[Customer]):
    inlines = (ContractInline,)
    list_display = ("name", "code", "language", "time_zone", "is_active")
    search_fields = ("name", "code")

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        """Domains in the spelling that the sender of a mail is compared with."""
        obj.domains = sorted({domain.strip().lower() for domain in obj.domains})
        super().save_model(request, obj, form, change)


class AddressInline(admin.TabularInline[ContactAddress, Contact]):
    model = ContactAddress
    form = AddressForm
    extra = 0


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin[Contact]):
    inlines = (AddressInline,)
    list_display = ("name", "customer", "position", "is_authorised", "gets_outages", "user", "is_active")
    list_select_related = ("customer", "user")
    search_fields = ("name", "customer__name", "addresses__value")


@admin.register(ApiToken)
class ApiTokenAdmin(LookOnly):
    """Tokens are made by `manage.py create_token`; here they can be seen and revoked."""

    list_display = ("label", "user", "prefix", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for token in queryset:
            revoke_token(token=token)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may only look at tokens cannot take them away."""
        return request.user.has_perm("accounts.delete_apitoken")
