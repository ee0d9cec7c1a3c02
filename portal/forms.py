"""What a contact types in. Forms parse and validate; services decide and save."""

import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor, AddressKind, Language, Theme
from assets.models import Service
from tickets.enums import CancelReason, CategoryKind, ReopenReason, Urgency
from tickets.models import Category
from tickets.services.creating import SUBJECT_MAX

# The kinds of the catalogue, in the words of somebody who has a problem and no catalogue.
KINDS = {
    CategoryKind.EMERGENCY: _("Something does not work"),
    CategoryKind.CHANGE: _("Please change something"),
    CategoryKind.MAINTENANCE: _("Maintenance and checks"),
    CategoryKind.INFORMATION: _("I have a question"),
    CategoryKind.OUT_OF_SCOPE: _("Advice beyond our contract"),
}
URGENCIES = [
    (Urgency.HIGH, _("Work has stopped, or the damage grows")),
    (Urgency.MEDIUM, _("We can work around it, but need it today")),
    (Urgency.LOW, _("It can wait")),
]
REOPEN_REASONS = [
    (ReopenReason.NOT_FIXED, _("It still does not work")),
    (ReopenReason.PARTLY, _("It works in part")),
    (ReopenReason.RECURRED, _("It worked, then it happened again")),
    (ReopenReason.NEW_QUESTION, _("I have another question about it")),
]
# Each in its own words: whoever does not read the page's language still finds the way out of it.
LANGUAGES = [(Language.RUSSIAN, "Русский"), (Language.ENGLISH, "English")]
CANCEL_REASONS = [
    (CancelReason.WITHDRAWN, _("It is no longer needed")),
    (CancelReason.SELF_RECOVERED, _("It works again by itself")),
    (CancelReason.DUPLICATE, _("I have sent it twice")),
]


class ManyFiles(forms.FileInput):
    """The browser's own picker for several files; limits are in data attributes for the list beside it."""

    allow_multiple_selected = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        limits = {
            "data-max-bytes": settings.ATTACHMENT_MAX_BYTES,
            "data-max-count": settings.ATTACHMENT_MAX_COUNT,
        }
        return super().get_context(name, value, {**limits, **(attrs or {})})


class ManyFilesField(forms.FileField):
    """A list of uploaded files; size, number and type are judged by the service that stores them."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


def text_field(label: Any, *, missing: Any = "", rows: int = 5) -> forms.CharField:
    """A box for several lines; `missing` is what is said when it stays empty, and makes it required."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=bool(missing), widget=widget, error_messages={"required": missing}
    )


class RequestForm(forms.Form):
    """A new request. `token` makes a second click on «Send» the same request."""

    subject = forms.CharField(
        label=_("What is it about, in a few words?"),
        max_length=SUBJECT_MAX,
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    text = text_field(_("What happened?"), rows=6, missing=_("Tell us what happened."))
    urgency = forms.TypedChoiceField(
        label=_("How urgent is it for you?"),
        choices=URGENCIES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one: it tells us what to do first.")},
    )
    category = forms.ChoiceField(label=_("Topic"), required=False)
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), required=False, empty_label=_("Not sure")
    )
    attachments = ManyFilesField(label=_("Files"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = topics()  # type: ignore[attr-defined]  # a ChoiceField
        services = Service.objects.visible_to(actor).active().order_by("label", "name")
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # a ModelChoiceField
        if not services.exists():
            del self.fields["service"]


def topics() -> list[tuple[Any, Any]]:
    """The catalogue offered to customers, grouped by kind, in the reader's language."""
    groups: dict[CategoryKind, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for category in Category.objects.for_customers():
        groups.setdefault(CategoryKind(category.kind), []).append((category.code, category.name))
    offered = [(KINDS.get(kind, kind.label), names) for kind, names in groups.items() if names]
    return [("", _("Not sure: choose for me")), *offered]


class ReplyForm(forms.Form):
    """A message on a request that exists: words, files or both."""

    text = text_field(_("Your message"), rows=4)
    attachments = ManyFilesField(label=_("Files"), required=False)


class ChatForm(forms.Form):
    """One line of the chat. `token` makes a second click the same message of a new conversation."""

    text = text_field(_("Your message"), missing=_("Write something first."), rows=2)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="chat-%s", initial={"token": uuid.uuid4()})


class ReachForm(forms.Form):
    """How the contact wants to be reached."""

    first = forms.ChoiceField(
        label=_("Write to me first by"),
        choices=[
            (AddressKind.MAIL, AddressKind.MAIL.label),
            (AddressKind.TELEGRAM, AddressKind.TELEGRAM.label),
        ],
        widget=forms.RadioSelect,
        help_text=_("If that way fails, we use the other one. An answer comes where you asked."),
    )
    quiet_from = forms.TimeField(
        label=_("Do not disturb from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=_("until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("What can wait is sent afterwards. Emergencies are told at any hour."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.TELEGRAM_BOTS:
            # One way is no choice.
            del self.fields["first"]

    def clean(self) -> dict[str, Any]:
        """Both ends or none."""
        values = super().clean() or {}
        if bool(values.get("quiet_from")) != bool(values.get("quiet_until")):
            self.add_error("quiet_until", _("Name both times, or none."))
        return values


class ReopenForm(forms.Form):
    """«Not solved»: what is wrong, in the customer's words."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=REOPEN_REASONS,
        widget=forms.RadioSelect,
        initial=ReopenReason.NOT_FIXED,
    )
    message = text_field(_("What do you see?"), missing=_("Tell us what you see."))


class CancelForm(forms.Form):
    """Taking a request back before work has begun."""

    reason = forms.ChoiceField(
        label=_("Why?"), choices=CANCEL_REASONS, widget=forms.RadioSelect, initial=CancelReason.WITHDRAWN
    )


class ProfileForm(forms.Form):
    """How the portal speaks to this person."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=forms.RadioSelect)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zones()  # type: ignore[attr-defined]  # a ChoiceField


def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every place of the time zone database, by continent."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, slash, place = name.partition("/")
        if slash and continent not in {"Etc", "SystemV", "US", "posix", "right"}:
            groups.setdefault(continent, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [*groups.items(), ("UTC", [("UTC", "UTC")])]
