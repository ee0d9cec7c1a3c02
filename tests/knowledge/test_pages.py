"""The pages of the room, as operators and as contacts meet them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Contact, Operator
from knowledge.enums import Audience, Confidence, Text
from knowledge.models import Article, ArticleRevision, Feedback
from knowledge.services.writing import archive
from tests.factories import ContactFactory, OperatorFactory
from tests.knowledge import factories

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def operator(client: Client) -> Operator:
    row = OperatorFactory()
    client.force_login(row.user, backend="django.contrib.auth.backends.ModelBackend")
    return row


@pytest.fixture
def editor(operator: Operator) -> Operator:
    operator.is_knowledge_editor = True
    operator.save()
    return operator


@pytest.fixture
def contact(client: Client) -> Contact:
    row = ContactFactory()
    client.force_login(row.user, backend="django.contrib.auth.backends.ModelBackend")
    return row


def form(**values: str) -> dict[str, str]:
    return {
        "audience": "internal", "confidence": "wip", "categories": "em.net, CR.DNS", "note": "", "title_en": "Disk is full",
        "summary_en": "", "body_en": "## Check\n\nRun `df`.", "title_ru": "", "summary_ru": "", "body_ru": "", **values,
    }  # fmt: skip


def page(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_and_the_live_results_show_what_was_found(client, operator) -> None:
    article = factories.article("Disk is full")
    factories.article("Network is slow")
    assert "Network is slow" in page(client, "/knowledge/")
    whole = page(client, "/knowledge/?q=disks")
    part = page(client, "/knowledge/?q=disks", **HTMX)
    for shown in (whole, part):
        assert article.code in shown
        assert "Network is slow" not in shown
    assert "<html" in whole
    assert "<html" not in part


def test_a_search_without_result_offers_to_write_the_article(client, operator) -> None:
    assert "/knowledge/new/?title=left%20handed%20%3Cb%3E" in page(client, "/knowledge/?q=left+handed+<b>")
    assert "left handed &lt;b&gt;" in page(client, "/knowledge/new/?title=left+handed+<b>")


def test_the_list_is_narrowed_and_paged(client, operator) -> None:
    for number in range(41):
        factories.article(f"Public {number}")
    factories.article(
        "Secret one", audience=Audience.INTERNAL, confidence=Confidence.WIP, categories=("EM.NET",)
    )
    first = page(client, "/knowledge/")
    assert "page=2" in first
    assert "Public 0<" in page(client, "/knowledge/?page=2")
    narrowed = page(client, "/knowledge/?audience=internal&confidence=wip&category=EM.NET")
    assert "Secret one" in narrowed
    assert "Public" not in narrowed
    assert "Secret one" in page(client, "/knowledge/?audience=nonsense&page=-3")


def test_an_article_is_rendered_and_cannot_run_anything(client, operator) -> None:
    article = factories.article("Title <i>", "## Check\n\n<script>alert(1)</script> **now**")
    shown = page(client, article.get_absolute_url())
    assert "<h2>Check</h2>" in shown
    assert "<strong>now</strong>" in shown
    assert "<script>alert" not in shown
    assert "Title &lt;i&gt;" in shown


def test_an_article_can_be_read_in_either_language(client, operator) -> None:
    article = factories.article("English words", ru=Text("Русские слова", "Текст"))
    assert "English words" in page(client, article.get_absolute_url())
    assert "Русские слова" in page(client, article.get_absolute_url() + "?lang=ru")


def test_an_article_is_written_and_improved(client, editor) -> None:
    response = client.post("/knowledge/new/", form())
    article = Article.objects.get()
    assert response.url == article.get_absolute_url()
    assert (article.categories, article.owner_id) == (["CR.DNS", "EM.NET"], editor.user_id)
    edit = reverse("knowledge:edit", args=[article.code])
    assert "Disk is full" in page(client, edit)
    client.post(
        edit,
        form(
            version="1",
            body_en="Better",
            title_ru="Диск",
            body_ru="Текст",
            confidence="validated",
            note="checked",
        ),
    )
    assert ArticleRevision.objects.first().note == "checked"
    assert article.texts.count() == 2


def test_what_was_typed_stays_on_the_page_when_it_cannot_be_saved(client, editor) -> None:
    article = factories.article("Disk", confidence=Confidence.WIP)
    edit = reverse("knowledge:edit", args=[article.code])
    for wrong in (
        {"version": "0"},
        {"version": "1", "title_en": ""},
        {"version": "1", "categories": "?"},
        {"confidence": "x"},
    ):
        response = client.post(edit, form(body_en="What I typed", **wrong))
        assert response.status_code == 422
        assert "What I typed" in response.content.decode()
    assert ArticleRevision.objects.count() == 1


def test_an_operator_cannot_edit_or_archive_a_checked_article(client, operator) -> None:
    article = factories.article()
    assert client.get(reverse("knowledge:edit", args=[article.code])).status_code == 403
    assert client.post(reverse("knowledge:edit", args=[article.code]), form()).status_code == 403
    assert client.post(reverse("knowledge:archive", args=[article.code])).status_code == 403
    assert reverse("knowledge:edit", args=[article.code]) not in page(client, article.get_absolute_url())


def test_an_editor_archives_and_restores(client, editor) -> None:
    article = factories.article()
    client.post(reverse("knowledge:archive", args=[article.code]))
    assert Article.objects.get().confidence == Confidence.ARCHIVED
    client.post(reverse("knowledge:restore", args=[article.code]))
    assert Article.objects.get().confidence == Confidence.NOT_VALIDATED


@pytest.mark.parametrize("action", ["archive", "restore", "feedback"])
def test_nothing_changes_by_get(client, editor, action: str) -> None:
    article = factories.article()
    assert client.get(reverse(f"knowledge:{action}", args=[article.code])).status_code == 405


def test_the_preview_shows_the_text_as_it_will_look(client, operator) -> None:
    response = client.post(
        "/knowledge/preview/", {"language": "en", "body_en": "**bold** <script>"}, headers=HTMX
    )
    assert "<strong>bold</strong> &lt;script&gt;" in response.content.decode()
    assert client.post("/knowledge/preview/", {"language": "x"}).status_code == 404


def test_the_history_shows_what_changed(client, editor) -> None:
    article = factories.article("Disk", "old line", confidence=Confidence.WIP)
    client.post(
        reverse("knowledge:edit", args=[article.code]),
        form(version="1", title_en="Disk", body_en="new line <b>"),
    )
    history = reverse("knowledge:history", args=[article.code])
    shown = page(client, history)
    assert "Text (EN)</td>" in shown
    assert "<del>old line</del>" in shown
    assert "<ins>new line &lt;b&gt;</ins>" in shown
    assert "<html" not in page(client, f"{history}?older=0&newer=1", **HTMX)
    for nonsense in ("?older=x&newer=999", "?older=-1", "?newer=99999999999999999999"):
        page(client, history + nonsense)


def test_a_verdict_is_thanked_for_in_place(client, operator) -> None:
    article = factories.article()
    url = reverse("knowledge:feedback", args=[article.code])
    response = client.post(url, {"verdict": "wrong", "comment": "old path"}, headers=HTMX)
    assert "Thank you" in response.content.decode()
    assert Feedback.objects.get().user_id == operator.user_id
    assert "old path" in page(client, article.get_absolute_url())
    assert client.post(url, {"verdict": "nonsense"}).status_code == 400


def test_suggestions_come_as_a_part_of_a_page(client, operator) -> None:
    article = factories.article("Server does not answer", categories=("EM.VM",))
    shown = page(client, "/knowledge/suggest/?q=our+servers&category=em.vm&language=en")
    assert article.code in shown
    assert "<html" not in shown
    assert article.code in page(client, "/knowledge/suggest/?category=EM.VM")
    page(client, "/knowledge/suggest/?q=%00'%26|&category='&language=%00")


def test_a_contact_gets_suggestions_and_articles_for_customers_only(client, contact) -> None:
    public = factories.article("Canary for all")
    secret = factories.article("Canary internal", audience=Audience.INTERNAL)
    draft = factories.article("Canary draft", confidence=Confidence.WIP)
    shown = page(client, "/knowledge/suggest/?q=canary")
    assert public.code in shown
    assert secret.code not in shown
    assert draft.code not in shown
    body = page(client, public.get_absolute_url())
    assert "Canary for all" in body
    for action in ("edit", "history", "archive"):
        assert reverse(f"knowledge:{action}", args=[public.code]) not in body
    for hidden in (secret, draft):
        assert client.get(hidden.get_absolute_url()).status_code == 404
    archive(actor=factories.SYSTEM, article_id=public.pk)
    assert client.get(public.get_absolute_url()).status_code == 404


def test_the_operators_pages_are_not_for_contacts_or_strangers(client) -> None:
    article = factories.article()
    paths = [
        "/knowledge/",
        "/knowledge/new/",
        *(reverse(f"knowledge:{n}", args=[article.code]) for n in ("edit", "history")),
    ]
    for path in [*paths, article.get_absolute_url(), "/knowledge/suggest/?q=x"]:
        assert client.get(path).status_code == 302
    client.force_login(ContactFactory().user, backend="django.contrib.auth.backends.ModelBackend")
    for path in paths:
        assert client.get(path).status_code == 404
    assert client.post(reverse("knowledge:archive", args=[article.code])).status_code == 404
    assert client.post("/knowledge/preview/", {"language": "en", "body_en": "x"}).status_code == 404


@pytest.mark.parametrize("count", [1, 40])
def test_the_list_takes_the_same_number_of_queries_for_any_length(
    client, operator, count, django_assert_max_num_queries
) -> None:
    for number in range(count):
        factories.article(f"Disk {number}")
    client.get("/knowledge/")
    with django_assert_max_num_queries(12):
        client.get("/knowledge/")


def test_no_page_carries_inline_script_or_style(client, editor) -> None:
    article = factories.article(confidence=Confidence.WIP)
    for name in ("article", "edit", "history"):
        shown = page(client, reverse(f"knowledge:{name}", args=[article.code]))
        assert " style=" not in shown
        assert "<style" not in shown
        assert " onclick=" not in shown


def test_the_admin_only_shows(client) -> None:
    administrator = OperatorFactory(user__is_staff=True, user__is_superuser=True).user
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    article = factories.article()
    revision = ArticleRevision.objects.get()
    for name, pk in (("article", article.pk), ("articlerevision", revision.pk)):
        assert client.get(f"/admin/knowledge/{name}/").status_code == 200
        assert client.get(f"/admin/knowledge/{name}/{pk}/change/").status_code == 200
        assert client.post(f"/admin/knowledge/{name}/{pk}/change/", {}).status_code == 403
        assert client.post(f"/admin/knowledge/{name}/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/knowledge/article/add/").status_code == 403
