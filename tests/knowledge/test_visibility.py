"""Who reads what: drafts and internal articles never reach a customer, by whatever road."""

import pytest

from accounts.enums import Actor
from common.errors import Missing
from knowledge import queries
from knowledge.enums import Audience, Confidence
from knowledge.models import Article
from knowledge.services.writing import archive
from tests.knowledge import factories

pytestmark = pytest.mark.django_db

HIDDEN = [
    (Audience.INTERNAL, Confidence.VALIDATED),
    (Audience.INTERNAL, Confidence.WIP),
    (Audience.CUSTOMER, Confidence.WIP),
    (Audience.CUSTOMER, Confidence.NOT_VALIDATED),
]


@pytest.mark.parametrize(("audience", "confidence"), HIDDEN)
def test_an_article_not_made_for_customers_never_reaches_a_contact(audience: str, confidence: str) -> None:
    article = factories.article(
        "Canary procedure", audience=audience, confidence=confidence, categories=("EM.VM",)
    )
    contact = factories.contact()
    assert not Article.objects.visible_to(contact).exists()
    assert queries.search(actor=contact, text="canary", language="en") == []
    assert queries.search(actor=contact, text=article.code, language="en") == []
    assert queries.search(actor=contact, text="canary", language="en", with_archived=True) == []
    assert queries.suggest(actor=contact, text="canary procedure", category_code="EM.VM", language="en") == []
    assert queries.suggest(actor=contact, text="", category_code="EM.VM", language="en") == []
    with pytest.raises(Missing):
        queries.article_by_code(actor=contact, code=article.code)


def test_a_contact_finds_a_checked_article_for_customers_by_every_road() -> None:
    article = factories.article("Canary procedure", categories=("EM.VM",))
    contact = factories.contact()
    assert [hit.code for hit in queries.search(actor=contact, text="canary", language="en")] == [article.code]
    assert [hit.code for hit in queries.search(actor=contact, text=article.code, language="en")] == [
        article.code
    ]
    assert [hit.code for hit in queries.suggest(actor=contact, text="canary", language="en")] == [
        article.code
    ]
    assert queries.article_by_code(actor=contact, code=article.code) == article


def test_an_archived_article_is_out_of_search_but_readable_by_operators() -> None:
    article = factories.article("Canary procedure")
    archive(actor=factories.SYSTEM, article_id=article.pk)
    operator = factories.operator()
    assert queries.search(actor=operator, text="canary", language="en") == []
    assert [
        h.code for h in queries.search(actor=operator, text="canary", language="en", with_archived=True)
    ] == [article.code]
    assert queries.article_by_code(actor=operator, code=article.code) == article
    with pytest.raises(Missing):
        queries.article_by_code(actor=factories.contact(), code=article.code)


@pytest.mark.parametrize("actor", [None, Actor.monitoring("zabbix")])
def test_nobody_and_monitoring_read_nothing(actor: Actor | None) -> None:
    factories.article("Canary procedure")
    assert queries.search(actor=actor, text="canary", language="en") == []
    assert queries.suggest(actor=actor, text="canary", language="en") == []


def test_the_list_of_articles_follows_the_same_scope() -> None:
    public = factories.article("Public")
    draft = factories.article("Draft", confidence=Confidence.WIP)
    assert list(queries.articles(actor=factories.contact())) == [public]
    assert list(queries.articles(actor=factories.operator())) == [draft, public]
    assert list(queries.articles(actor=factories.operator(), confidence=Confidence.WIP)) == [draft]
