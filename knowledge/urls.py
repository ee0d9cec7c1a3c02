"""Pages under /knowledge/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from knowledge.views import reading, writing


class CodeConverter(StringConverter):
    """An article code such as KB-0001."""

    regex = r"KB-[0-9]{4,9}"


register_converter(CodeConverter, "article_code")

app_name = "knowledge"
urlpatterns = [
    path("", reading.index, name="index"),
    path("suggest/", reading.suggest, name="suggest"),
    path("new/", writing.new, name="new"),
    path("preview/", writing.preview, name="preview"),
    path("<article_code:code>/", reading.article, name="article"),
    path("<article_code:code>/edit/", writing.edit, name="edit"),
    path("<article_code:code>/history/", reading.history, name="history"),
    path("<article_code:code>/archive/", writing.archive, name="archive"),
    path("<article_code:code>/restore/", writing.restore, name="restore"),
    path("<article_code:code>/feedback/", writing.feedback, name="feedback"),
]
