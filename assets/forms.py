"""Parse and check what an engineer types; saving is a service's work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from assets.enums import EquipmentStatus
from assets.models import Equipment


class InputForm(forms.Form):
    """A power input and what feeds it. Left empty: nobody knows."""

    name = forms.CharField(
        label=_("Power input"), max_length=40, widget=forms.TextInput(attrs={"placeholder": "PSU1"})
    )
    leg = forms.CharField(
        label=_("Leg"), max_length=8, required=False, widget=forms.TextInput(attrs={"placeholder": "A"})
    )
    provider_words = forms.CharField(label=_("Fed by"), max_length=120, required=False)
    provider = forms.ModelChoiceField(Equipment.objects.all(), required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A name typed in full need not be picked from the list."""
        cleaned = super().clean() or {}
        words = cleaned.get("provider_words", "").strip()
        if words and not cleaned.get("provider"):
            cleaned["provider"] = Equipment.objects.filter(name=words).first()
            if cleaned["provider"] is None:
                self.add_error("provider_words", _("No device of this name: choose one from the list."))
        return cleaned


class StatusForm(forms.Form):
    status = forms.ChoiceField(label=_("Status"), choices=EquipmentStatus.choices)


class Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    widget = Several

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFiles, self).clean(one, initial) for one in given]


class ImportForm(forms.Form):
    """CSV files, or one archive with them."""

    given = SeveralFiles(
        label=_("CSV files or a ZIP archive"), widget=Several(attrs={"accept": ".csv,.zip", "multiple": True})
    )
    mark_vanished = forms.BooleanField(
        label=_("Mark what a file no longer lists as gone at the source"), required=False,
        help_text=_("Nothing is deleted."),
    )  # fmt: skip

    def uploads(self) -> list[tuple[str, bytes]]:
        given: list[UploadedFile[Any]] = self.cleaned_data["given"]
        return [(one.name or "", one.read()) for one in given]


class ApplyForm(forms.Form):
    word = forms.CharField(max_length=64)
    mark_vanished = forms.BooleanField(required=False)
