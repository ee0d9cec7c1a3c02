"""What a reader may choose."""

from django import forms
from django.utils.translation import gettext_lazy as _

PERIODS = ((7, _("7 days")), (30, _("30 days")), (60, _("60 days")), (90, _("90 days")))
DEFAULT_DAYS = 30


class PeriodForm(forms.Form):
    """The period; anything else than an offered one shows the default."""

    days = forms.TypedChoiceField(choices=PERIODS, coerce=int)

    def chosen(self) -> int:
        days: int = self.cleaned_data["days"] if self.is_valid() else DEFAULT_DAYS
        return days
