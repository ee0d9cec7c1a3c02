"""Words the desk uses again and again (§6 of the rules), in both languages."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ReplyTemplate(models.Model):
    """One of R01–R32, or one of the desk's own. Texts are data: `{number}` and its like are filled in, nothing runs.

    Automatic ones are sent by the desk itself and never count as a first response; the others an operator puts into
    an answer and changes at will.
    """

    code = models.CharField(_("code"), max_length=8, unique=True)
    title_en = models.CharField(_("title in English"), max_length=120)
    title_ru = models.CharField(_("title in Russian"), max_length=120)
    text_en = models.TextField(_("text in English"))
    text_ru = models.TextField(_("text in Russian"))
    is_automatic = models.BooleanField(_("sent by the desk itself"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["code"]

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_ru if (get_language() or "").startswith("ru") else self.title_en

    def in_language(self, language: str) -> tuple[str, str]:
        """Title and text for a customer."""
        return (self.title_ru, self.text_ru) if language == "ru" else (self.title_en, self.text_en)

    def __str__(self) -> str:
        return f"{self.code} {self.title_en}"
