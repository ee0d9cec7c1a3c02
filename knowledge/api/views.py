"""Articles: list and search, read, write."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import IsOperator, caller, owner_of
from common.conditions import Stale, etag, expected_version
from common.errors import Conflict
from common.idempotency import Answer, answer_once
from common.openapi import IDEMPOTENCY, IF_MATCH
from knowledge import queries
from knowledge.api.filters import ArticleFilters
from knowledge.api.shapes import ArticleChange, ArticleInput, ArticleOutput, ArticleSummary
from knowledge.enums import Text
from knowledge.models import Article
from knowledge.services.writing import write_article

TAGS = ["articles"]
MAX_HITS = 50


def _show(request: Request, code: str) -> tuple[dict[str, Any], int]:
    actor = caller(request)
    article = queries.article_by_code(actor=actor, code=code)
    return ArticleOutput(article, context={"actor": actor}).data, article.version


def _texts(given: Mapping[str, Any]) -> dict[str, Text | None]:
    return {language: Text(**text) if text else None for language, text in given.items()}


@extend_schema_view(
    get=extend_schema(summary=_("List or search articles"), tags=TAGS, description=_(
        "Contacts read what is written for customers and checked, operators everything that is not archived. With `q` "
        "the best hits come on one page with a snippet each; the other filters narrow them."
    ))
)  # fmt: skip
class Articles(ListAPIView[Article]):
    queryset = Article.objects.none()
    serializer_class = ArticleSummary
    filterset_class = ArticleFilters
    orderings = {"code": "code"}

    def get_permissions(self) -> Any:
        return [IsOperator()] if self.request.method == "POST" else super().get_permissions()

    def get_queryset(self) -> QuerySet[Article]:
        wants_archived = self.request.query_params.get("confidence") == "archived"
        visible = Article.objects.visible_to(caller(self.request), with_archived=wants_archived)
        return visible.prefetch_related("texts")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        words = request.query_params.get("q")
        if not words:
            return super().list(request, *args, **kwargs)
        narrowed = self.filter_queryset(self.get_queryset())
        hits = queries.search(
            actor=caller(request), text=words, language=get_language() or "ru", limit=MAX_HITS
        )
        found = {article.pk: article for article in narrowed.filter(pk__in=[hit.article_id for hit in hits])}
        shown = [
            {**ArticleSummary(found[hit.article_id]).data, "snippet": hit.snippet}
            for hit in hits
            if hit.article_id in found
        ]
        return Response({"next": None, "results": shown})

    @extend_schema(
        summary=_("Write an article"), tags=TAGS, request=ArticleInput, responses={201: ArticleOutput},
        parameters=[IDEMPOTENCY], description=_("Operators only; a checked article is for editors and line 3."),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = ArticleInput(data=request.data)
        body.is_valid(raise_exception=True)
        return answer_once(
            request, owner=owner_of(request), work=lambda: self._write(request, body.validated_data)
        )

    def _write(self, request: Request, values: dict[str, Any]) -> Answer:
        article = write_article(actor=caller(request), **{**values, "texts": _texts(values["texts"])})
        shown, version = _show(request, article.code)
        address = reverse("api:article", args=[article.code], request=request)
        return Answer(201, shown, {"Location": address, "ETag": etag(version)})


class OneArticle(APIView):
    def get_permissions(self) -> Any:
        return (
            super().get_permissions() if self.request.method in ("GET", "HEAD", "OPTIONS") else [IsOperator()]
        )

    @extend_schema(summary=_("Read an article"), tags=TAGS, responses=ArticleOutput)
    def get(self, request: Request, code: str) -> Response:
        """The article in every language it has."""
        shown, version = _show(request, code)
        return Response(shown, headers={"ETag": etag(version)})

    @extend_schema(
        summary=_("Change an article"), tags=TAGS, request=ArticleChange, responses=ArticleOutput,
        parameters=[IF_MATCH], description=_("Only what is sent is changed; every change leaves a revision."),
    )  # fmt: skip
    def patch(self, request: Request, code: str) -> Response:
        article = queries.article_by_code(actor=caller(request), code=code)
        body = ArticleChange(data=request.data)
        body.is_valid(raise_exception=True)
        expected = expected_version(request)
        if expected is not None and expected != article.version:
            raise Stale(version=article.version)
        self._write(request, article, body.validated_data)
        shown, version = _show(request, code)
        return Response(shown, headers={"ETag": etag(version)})

    def _write(self, request: Request, article: Article, values: dict[str, Any]) -> None:
        """What was not sent is taken from the version that was read; if another came between, nothing is written."""
        kept = {name: getattr(article, name) for name in ("audience", "confidence", "categories")}
        try:
            write_article(
                actor=caller(request), article_id=article.pk, expected_version=article.version,
                **{**kept, **values, "texts": _texts(values.get("texts", {}))},
            )  # fmt: skip
        except Conflict as conflict:
            raise Stale(conflict.detail) from conflict
