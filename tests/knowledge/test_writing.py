"""Writing articles and their history."""

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from accounts.enums import Role
from common.errors import Conflict, Invalid, Missing, NotAllowed
from knowledge import queries
from knowledge.enums import Audience, Confidence, Text, Verdict
from knowledge.models import Article, ArticleRevision, Feedback
from knowledge.services.judging import give_feedback
from knowledge.services.stubbing import create_stub
from knowledge.services.writing import archive, restore, write_article
from tests.factories import ContactFactory, OperatorFactory
from tests.knowledge import factories

pytestmark = pytest.mark.django_db

TEXT = Text(title="Title", body="Body")


def improve(article: Article, actor=factories.SYSTEM, **changes) -> Article:
    values = {
        "audience": article.audience,
        "confidence": article.confidence,
        "texts": {},
        "categories": article.categories,
        **changes,
    }
    return write_article(actor=actor, article_id=article.pk, **values)


def test_codes_come_from_a_sequence() -> None:
    first, second = factories.article(), factories.article()
    assert first.code.startswith("KB-")
    assert int(second.code[3:]) == int(first.code[3:]) + 1


def test_every_change_leaves_a_whole_copy_with_who_and_why() -> None:
    operator = OperatorFactory()
    actor = factories.operator(user_id=operator.user_id)
    article = factories.article("Disk", "Old", confidence=Confidence.WIP)
    improve(article, actor, texts={"en": Text(title="Disk", body="New")}, note="tried on a node")
    newest = ArticleRevision.objects.first()
    assert (newest.number, newest.user_id, newest.note, newest.changed) == (
        2,
        operator.user_id,
        "tried on a node",
        ["en.body"],
    )
    assert newest.texts == {"en": {"title": "Disk", "summary": "", "body": "New"}}
    assert ArticleRevision.objects.last().texts["en"]["body"] == "Old"


def test_saving_without_a_change_leaves_no_revision() -> None:
    article = factories.article()
    improve(article)
    assert ArticleRevision.objects.count() == 1
    article.refresh_from_db()
    assert article.version == 1


@pytest.mark.parametrize(
    "sql", ["UPDATE knowledge_articlerevision SET note = 'x'", "DELETE FROM knowledge_articlerevision"]
)
def test_the_database_refuses_to_rewrite_history(sql: str) -> None:
    factories.article()
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert ArticleRevision.objects.count() == 1


def test_two_authors_cannot_overwrite_each_other() -> None:
    article = factories.article()
    improve(article, texts={"en": Text("First", "x")}, expected_version=1)
    with pytest.raises(Conflict):
        improve(article, texts={"en": Text("Second", "x")}, expected_version=1)


def test_a_language_can_be_added_and_taken_away_but_not_the_last_one() -> None:
    article = factories.article(ru=Text("Заголовок", "Текст"))
    improve(article, texts={"ru": None})
    assert ArticleRevision.objects.first().changed == ["ru"]
    with pytest.raises(Invalid):
        improve(article, texts={"en": None})


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "everybody"},
        {"confidence": "archived"},
        {"categories": ["EM NET; DROP"]},
        {"texts": {}},
        {"texts": {"en": Text("", "body")}},
        {"texts": {"en": Text("title", " \x00 ")}},
        {"texts": {"de": TEXT}},
        {"texts": {"en": Text("t" * 201, "body")}},
        {"texts": {"en": Text("title", "b" * 60_001)}},
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(wrong: dict) -> None:
    values = {"audience": Audience.INTERNAL, "confidence": Confidence.WIP, "texts": {"en": TEXT}, **wrong}
    with pytest.raises(Invalid), transaction.atomic():
        write_article(actor=factories.SYSTEM, **values)
    assert not Article.objects.exists()


def test_only_those_who_may_check_an_article_can_mark_it_as_checked() -> None:
    values = {"audience": Audience.CUSTOMER, "confidence": Confidence.VALIDATED, "texts": {"en": TEXT}}
    with pytest.raises(NotAllowed), transaction.atomic():
        write_article(actor=factories.operator(), **values)
    assert write_article(actor=factories.operator(Role.EDITOR), **values).is_public


def test_a_checked_article_is_changed_only_by_those_who_may_check_it() -> None:
    article = factories.article()
    with pytest.raises(NotAllowed):
        improve(article, factories.operator(), texts={"en": TEXT})
    improve(article, factories.operator(Role.LINE3), texts={"en": TEXT})


def test_a_contact_can_neither_write_nor_archive() -> None:
    article = factories.article()
    with pytest.raises(NotAllowed):
        improve(article, factories.contact())
    with pytest.raises(NotAllowed):
        archive(actor=factories.contact(), article_id=article.pk)


def test_an_archived_article_comes_back_unchecked() -> None:
    article = factories.article()
    archive(actor=factories.SYSTEM, article_id=article.pk, note="replaced")
    assert restore(actor=factories.SYSTEM, article_id=article.pk).confidence == Confidence.NOT_VALIDATED
    with pytest.raises(Conflict):
        restore(actor=factories.SYSTEM, article_id=article.pk)


def test_a_stub_is_an_internal_draft_with_the_four_sections_in_its_language() -> None:
    stub = create_stub(
        actor=factories.operator(), title="Диск переполнен", problem="Нет места", resolution="Очистили журнал",
        language="ru", category_code="EM.STOR", ticket_ref="26-0000007",
    )  # fmt: skip
    assert (stub.audience, stub.confidence, stub.categories) == (
        Audience.INTERNAL,
        Confidence.WIP,
        ["EM.STOR"],
    )
    assert stub.ticket_ref == "26-0000007"
    body = stub.texts.get().body
    assert "Нет места" in body
    assert body.count("## ") == 4


def test_the_comparison_of_two_revisions_shows_lines() -> None:
    article = factories.article("Disk", "keep\nold", confidence=Confidence.WIP)
    improve(article, texts={"en": Text("Disk", "keep\nnew")}, categories=["EM.STOR"])
    categories, body = queries.compare(article=article, older=1, newer=2)
    assert [(line.sign, line.words) for line in categories.lines] == [("+", "EM.STOR")]
    assert [(line.sign, line.words) for line in body.lines] == [(" ", "keep"), ("-", "old"), ("+", "new")]


def test_a_verdict_is_kept_once_per_reader_and_ticket() -> None:
    article = factories.article()
    operator, contact = OperatorFactory(), ContactFactory()
    readers = [
        factories.operator(user_id=operator.user_id),
        factories.contact(contact_id=contact.pk, customer_id=contact.customer_id),
    ]
    for actor in readers:
        give_feedback(actor=actor, article_id=article.pk, verdict=Verdict.HELPED)
        give_feedback(actor=actor, article_id=article.pk, verdict=Verdict.WRONG, comment="old path")
    give_feedback(actor=readers[0], article_id=article.pk, verdict=Verdict.HELPED, ticket_ref="26-0000001")
    assert queries.verdicts(article) == {"helped": 1, "not_helped": 0, "wrong": 2}


def test_wrong_needs_a_word_on_what_is_wrong_and_is_settled_by_the_next_revision() -> None:
    article = factories.article()
    actor = factories.operator(user_id=OperatorFactory().user_id)
    with pytest.raises(Invalid):
        give_feedback(actor=actor, article_id=article.pk, verdict=Verdict.WRONG)
    give_feedback(actor=actor, article_id=article.pk, verdict=Verdict.WRONG, comment="old path")
    assert [complaint.comment for complaint in queries.complaints(article)] == ["old path"]
    assert not queries.complaints(improve(article, texts={"en": TEXT})).exists()


def test_no_verdict_on_an_article_out_of_sight() -> None:
    article = factories.article(audience=Audience.INTERNAL)
    contact = ContactFactory()
    with pytest.raises(Missing):
        give_feedback(
            actor=factories.contact(contact_id=contact.pk), article_id=article.pk, verdict=Verdict.HELPED
        )
    assert not Feedback.objects.exists()
