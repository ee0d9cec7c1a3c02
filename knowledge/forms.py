"""Parse and check what an author types; saving is a service's work."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor, Language
from common.richtext import MAX_MARKDOWN
from knowledge import permissions
from knowledge.enums import Audience, Confidence, Text, Verdict
from knowledge.models import Article


@dataclass(frozen=True, slots=True)
class LanguageFields:
    """The three fields of one language, together for the template."""

    code: str
    label: str
    title: forms.BoundField
    summary: forms.BoundField
    body: forms.BoundField


class ArticleForm(forms.Form):
    """Both languages of an article on one page; a language left empty is not written."""

    audience = forms.ChoiceField(label=_("Readers"), choices=Audience.choices)
    confidence = forms.ChoiceField(label=_("Confidence"), choices=())
    categories = forms.CharField(
        label=_("Helps with"),
        required=False,
        max_length=500,
        help_text=_("Category codes, for example EM.NET, CR.DNS."),
    )
    note = forms.CharField(label=_("What changed and why"), required=False, max_length=500)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [Confidence.WIP, Confidence.NOT_VALIDATED]
        if permissions.can_validate(actor):
            levels.append(Confidence.VALIDATED)
        self.fields["confidence"] = forms.ChoiceField(
            label=_("Confidence"), choices=[(level.value, level.label) for level in levels]
        )
        for language in Language:
            self._add_language(language)

    def _add_language(self, language: Language) -> None:
        attrs = {"lang": language.value}
        self.fields[f"title_{language}"] = forms.CharField(
            label=_("Title"), required=False, max_length=200, widget=forms.TextInput(attrs=attrs)
        )
        self.fields[f"summary_{language}"] = forms.CharField(
            label=_("In one sentence"), required=False, max_length=500, widget=forms.TextInput(attrs=attrs)
        )
        self.fields[f"body_{language}"] = forms.CharField(
            label=_("Text"),
            required=False,
            max_length=MAX_MARKDOWN,
            widget=forms.Textarea(attrs={**attrs, "rows": 18}),
        )

    @classmethod
    def initial_of(cls, article: Article) -> dict[str, Any]:
        """Field values of an article, its texts prefetched."""
        values: dict[str, Any] = {
            "audience": article.audience,
            "confidence": article.confidence,
            "categories": ", ".join(article.categories),
            "version": article.version,
        }
        for text in article.texts.all():
            for name in ("title", "summary", "body"):
                values[f"{name}_{text.language}"] = getattr(text, name)
        return values

    def languages(self) -> Iterator[LanguageFields]:
        for language in Language:
            names = (f"{part}_{language}" for part in ("title", "summary", "body"))
            title, summary, body = (self[name] for name in names)
            yield LanguageFields(language.value, str(language.label), title, summary, body)

    def clean_categories(self) -> list[str]:
        return [code for code in re.split(r"[\s,;]+", self.cleaned_data["categories"].upper()) if code]

    def texts(self) -> dict[str, Text | None]:
        """What `write_article` takes: None for a language whose fields are all empty."""
        written: dict[str, Text | None] = {}
        for language in Language.values:
            parts = {name: self.cleaned_data[f"{name}_{language}"] for name in ("title", "body", "summary")}
            written[language] = Text(**parts) if any(parts.values()) else None
        return written


class FilterForm(forms.Form):
    """The list's search box and filters. Anything unknown filters nothing."""

    q = forms.CharField(label=_("Search"), required=False)
    audience = forms.ChoiceField(
        label=_("Readers"), required=False, choices=[("", _("All readers")), *Audience.choices]
    )
    confidence = forms.ChoiceField(
        label=_("Confidence"), required=False, choices=[("", _("Any confidence")), *Confidence.choices]
    )
    category = forms.CharField(label=_("Category"), required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=1000, widget=forms.HiddenInput)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        values = {"q": "", "audience": "", "confidence": "", "category": "", **self.cleaned_data}
        return {**values, "q": values["q"][:2000], "page": values.get("page") or 1}


class FeedbackForm(forms.Form):
    verdict = forms.ChoiceField(label=_("Did it help?"), choices=Verdict.choices)
    comment = forms.CharField(label=_("Comment"), required=False, max_length=1000)
    ticket_ref = forms.CharField(required=False, max_length=32)
