"""What the list of articles can be narrowed by."""

import django_filters as filters
from django.db.models import Q, QuerySet

from accounts.enums import Language
from common.filtering import Filters
from knowledge.enums import Audience, Confidence
from knowledge.models import Article


class ArticleFilters(Filters):
    """With `q` the best hits come first, on one page."""

    audience = filters.ChoiceFilter(choices=Audience.choices)
    confidence = filters.ChoiceFilter(choices=Confidence.choices)
    category = filters.CharFilter(method="helps_with", max_length=16)
    language = filters.ChoiceFilter(choices=Language.choices, method="written_in")
    q = filters.CharFilter(method="leave", max_length=300)

    class Meta:
        model = Article
        fields: list[str] = []

    def helps_with(self, found: QuerySet[Article], name: str, code: str) -> QuerySet[Article]:
        return found.filter(Q(categories__contains=[code]) | Q(categories__contains=[code.partition(".")[0]]))

    def written_in(self, found: QuerySet[Article], name: str, language: str) -> QuerySet[Article]:
        return found.filter(texts__language=language)

    def leave(self, found: QuerySet[Article], name: str, text: str) -> QuerySet[Article]:
        """The view searches: hits have an order of their own."""
        return found
