"""What articles take and give over the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.shapes import Reference
from accounts.enums import Language
from common.richtext import MAX_MARKDOWN
from common.serializers import Input, Moment
from knowledge.enums import Audience, Confidence

WRITABLE = [choice for choice in Confidence.choices if choice[0] != Confidence.ARCHIVED]


class TitleOutput(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=Language.choices)
    title = serializers.CharField()
    summary = serializers.CharField()


class TextOutput(TitleOutput):
    body = serializers.CharField(help_text="Markdown.")


class ArticleSummary(serializers.Serializer[Any]):
    """An article as a list shows it; `snippet` is there when words were searched for."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    audience = serializers.ChoiceField(choices=Audience.choices)
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    categories = serializers.ListField(child=serializers.CharField())
    updated_at = Moment()
    texts = TitleOutput(many=True, source="texts.all")
    snippet = serializers.CharField(
        required=False, help_text=_("Escaped HTML with <mark> around what was found.")
    )


class ArticleOutput(serializers.Serializer[Any]):
    """An article with its words in every language it has. `owner` and `ticket_ref` are for operators."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    audience = serializers.ChoiceField(choices=Audience.choices)
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    categories = serializers.ListField(child=serializers.CharField())
    created_at = Moment()
    updated_at = Moment()
    texts = TextOutput(many=True, source="texts.all")
    owner = Reference(allow_null=True, required=False)
    ticket_ref = serializers.CharField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        actor = self.context.get("actor")
        if actor is not None and actor.is_contact:
            del fields["owner"], fields["ticket_ref"]
        return fields


class TextInput(Input):
    title = serializers.CharField(max_length=200)
    summary = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    body = serializers.CharField(max_length=MAX_MARKDOWN, help_text="Markdown.")


class TextsInput(Input):
    """By language; null takes a language away, a language not named stays as it is."""

    ru = TextInput(required=False, allow_null=True)
    en = TextInput(required=False, allow_null=True)


class ArticleInput(Input):
    audience = serializers.ChoiceField(choices=Audience.choices, default=Audience.INTERNAL.value)
    confidence = serializers.ChoiceField(choices=WRITABLE, default=Confidence.WIP.value)
    categories = serializers.ListField(
        child=serializers.CharField(max_length=16), required=False, max_length=30
    )
    texts = TextsInput()
    note = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text=_("Why it was changed.")
    )


class ArticleChange(Input):
    audience = serializers.ChoiceField(choices=Audience.choices, required=False)
    confidence = serializers.ChoiceField(choices=WRITABLE, required=False)
    categories = serializers.ListField(
        child=serializers.CharField(max_length=16), required=False, max_length=30
    )
    texts = TextsInput(required=False)
    note = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text=_("Why it was changed.")
    )
