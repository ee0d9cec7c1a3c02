"""Search and suggestions in two languages."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import queries
from knowledge.enums import Confidence, Text
from tests.knowledge import factories

pytestmark = pytest.mark.django_db


def found(text: str, language: str = "ru", **more: object) -> list[str]:
    return [
        hit.title for hit in queries.search(actor=factories.operator(), text=text, language=language, **more)
    ]


@pytest.mark.parametrize("typed", ["сервер", "серверы", "серверами", "СЕРВЕРУ", "«сервера»!"])
def test_a_russian_word_is_found_in_any_form(typed: str) -> None:
    factories.article("Сервер не отвечает", language="ru")
    assert found(typed) == ["Сервер не отвечает"]


@pytest.mark.parametrize("typed", ["restart", "restarting", "restarted", "Restarts"])
def test_an_english_word_is_found_in_any_form(typed: str) -> None:
    factories.article("Restart the node", language="en")
    assert found(typed) == ["Restart the node"]


@pytest.mark.parametrize(
    "typed", ["реп", "репли", "репликац", "replicati", "how to replicati", "восстановить реп"]
)
def test_the_last_word_may_be_unfinished(typed: str) -> None:
    factories.article(
        "Репликация отстаёт", "Как восстановить репликацию.", language="ru",
        en=Text(title="Replication lags", body="How to restore replication."),
    )  # fmt: skip
    assert len(found(typed)) == 1


def test_the_letter_yo_is_the_same_as_ye() -> None:
    factories.article("Счёт за месяц", language="ru")
    assert found("счет") == found("счёт") == ["Счёт за месяц"]


@pytest.mark.parametrize("typed", ["10.0.0.1", "web-01", "nginx.conf", "/var/log", "support@desk.example"])
def test_technical_words_with_signs_are_found(typed: str) -> None:
    factories.article(
        "Signs", "See 10.0.0.1, web-01, nginx.conf, /var/log/syslog, support@desk.example <b>.", language="en"
    )
    assert found(typed) == ["Signs"]


def test_all_words_must_be_there_unless_no_article_has_them_all() -> None:
    factories.article("Диск заполнен", language="ru")
    factories.article("Диск шумит", language="ru")
    assert found("диск заполнен") == ["Диск заполнен"]
    assert set(found("диск пропал")) == {"Диск заполнен", "Диск шумит"}


def test_a_title_counts_more_than_the_body() -> None:
    factories.article("Other matter", "backup backup backup")
    factories.article("Backup failed", "Something else")
    assert found("backup", "en") == ["Backup failed", "Other matter"]


def test_a_checked_article_comes_before_a_draft_with_the_same_words() -> None:
    factories.article("Backup", confidence=Confidence.WIP)
    checked = factories.article("Backup", confidence=Confidence.VALIDATED)
    hits = queries.search(actor=factories.operator(), text="backup", language="en")
    assert hits[0].code == checked.code


def test_an_article_in_both_languages_is_one_hit_in_the_readers_language() -> None:
    factories.article("DNS записи", "зона DNS", language="ru", en=Text(title="DNS records", body="DNS zone"))
    assert found("dns", "en") == ["DNS records"]
    assert found("dns", "ru") == ["DNS записи"]


def test_a_code_finds_its_article_first() -> None:
    article = factories.article("Disk")
    factories.article(f"About {article.code}")
    number = int(article.code.removeprefix("KB-"))
    for typed in (article.code, article.code.lower(), f"kb {number}", f"KB{number}"):
        assert found(typed, "en")[0] == "Disk"


def test_a_snippet_marks_what_was_found_and_escapes_the_rest() -> None:
    factories.article(
        "Other",
        "Run `<script>alert(1)</script>` and \ue000evil\ue001 then check the disks & the journal",
        language="en",
    )
    (hit,) = queries.search(actor=factories.operator(), text="journal", language="en")
    assert "<mark>journal</mark>" in hit.snippet
    assert "<script" not in hit.snippet
    assert "&amp;" in hit.snippet
    assert "\ue000" not in hit.snippet


@given(st.text(max_size=300))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_for(text: str) -> None:
    queries.search(actor=factories.operator(), text=text, language="ru")
    queries.suggest(actor=factories.operator(), text=text, category_code=text[:16], language="en")


@pytest.mark.parametrize(
    "text",
    [
        "'",
        "';--",
        "a' & b",
        "!!!",
        "a | | b",
        "(((",
        "a:*:*",
        "\\",
        "\x00",
        "<->",
        "%s %(x)s",
        "\ud800",
        "x" * 100_000,
        "и " * 9000,
    ],
)
def test_operator_signs_are_only_signs(text: str) -> None:
    factories.article("Anything")
    queries.search(actor=factories.operator(), text=text, language="ru")
    queries.suggest(actor=factories.operator(), text=text, language="ru")


def suggested(text: str, category_code: str = "", language: str = "ru") -> list[str]:
    hits = queries.suggest(
        actor=factories.operator(), text=text, category_code=category_code, language=language
    )
    return [hit.title for hit in hits]


def test_a_suggestion_needs_only_some_of_the_words() -> None:
    factories.article("Сервер не отвечает по сети", language="ru")
    factories.article("Замена диска", language="ru")
    assert suggested("Добрый день! Помогите, со вчерашнего вечера серверы недоступны") == [
        "Сервер не отвечает по сети"
    ]


def test_courtesies_alone_suggest_nothing() -> None:
    factories.article("Добрый день, спасибо, помогите", language="ru")
    assert suggested("Добрый день, помогите, пожалуйста! Спасибо") == []


def test_an_article_of_the_category_is_suggested_first() -> None:
    factories.article("Сервер и сеть сервера", language="ru")
    factories.article("Сервер", language="ru", categories=("EM.VM",))
    assert suggested("сервер", "EM.VM")[0] == "Сервер"


def test_without_words_the_checked_articles_of_the_category_are_suggested() -> None:
    factories.article("Сервер", language="ru", categories=("EM.VM",))
    factories.article("Черновик", language="ru", categories=("EM.VM",), confidence=Confidence.WIP)
    assert suggested("", "EM.VM") == ["Сервер"]
    assert suggested("") == []


@pytest.mark.parametrize("count", [1, 25])
def test_search_takes_the_same_number_of_queries_for_any_number_of_hits(
    count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        factories.article(f"Server {number}")
    actor = factories.operator()
    # Titles, bodies (only while there is room for more), highlights.
    with django_assert_num_queries(3 if count < 20 else 2):
        queries.search(actor=actor, text="server", language="en")
    with django_assert_num_queries(2 if count < 5 else 1):
        queries.suggest(actor=actor, text="server", language="en")
