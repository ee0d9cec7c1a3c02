"""The Russian catalogue: whole, in Russian, with the placeholders of its source, and compiled as committed."""

import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

from tickets.enums import CUSTOMER_STATES, State

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "ru" / "LC_MESSAGES" / "django.po"
LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?"(.*)"$')
PLACEHOLDER = re.compile(r"%\(\w+\)\d*[sd]|%%")
CODE = re.compile(r"%\(\w+\)\d*[sd]|`[^`]*`|<code>.*?</code>|<\w+>|manage\.py.*?NAME|Mon-Fri.*$")
# Names and codes that are the same in every language.
SAME = {
    "API", "ASCII", "CSRF", "Ctrl", "DNS", "Enter", "ETag", "HTML", "If-Match", "JSON", "KB-", "Markdown",
    "Message-ID", "NET", "POST", "RFC", "SLA", "TLS", "Telegram", "UTF-", "Zabbix", "categories", "e-mail", "event",
    "https", "multipart", "problem", "schema", "tag", "value", "Europe", "Moscow", "UTC", "RUBH", "calendars", "create",
    "null", "replay", "sla", "vectors", "CSV", "NetBox", "PDU", "PSU", "ZIP", "circuits", "cluster", "clusters", "csv",
    "equipment", "inputs", "links", "minutes", "no", "on", "position", "power", "racks", "rooms", "runs", "runtime",
    "services", "sites", "yes", "shop", "example", "firing", "resolved", "recovery", "update", "test", "Prometheus",
    "Alertmanager", "HTTP", "HTTPS", "RDAP", "WHOIS", "ping", "Bot", "new",
}  # fmt: skip


@dataclass
class Entry:
    parts: dict[str, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    flags: str = ""

    @property
    def source(self) -> str:
        return self.parts.get("msgid", "")

    @property
    def plural(self) -> str:
        return self.parts.get("msgid_plural", "")

    @property
    def compiled(self) -> dict[Any, str]:
        """As `gettext` keeps it: by context and source, and for plurals by number of the form."""
        key = f"{self.parts['msgctxt']}\x04{self.source}" if "msgctxt" in self.parts else self.source
        return {(key, n): text for n, text in self.texts.items()} if self.plural else {key: self.texts[0]}


def parse(text: str) -> Iterator[Entry]:
    for block in text.strip().split("\n\n"):
        entry, word, place = Entry(), "", 0
        for line in block.splitlines():
            if line.startswith("#"):
                entry.flags += line if line.startswith("#,") else ""
                continue
            found = LINE.match(line)
            assert found, line
            word, place = (found[1], int(found[2] or 0)) if found[1] else (word, place)
            said = re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), found[3])
            if word == "msgstr":
                entry.texts[place] = entry.texts.get(place, "") + said
            else:
                entry.parts[word] = entry.parts.get(word, "") + said
        if entry.source:
            yield entry


ENTRIES = list(parse(CATALOGUE.read_text(encoding="utf-8")))


def russian() -> Iterator[tuple[Entry, str]]:
    for entry in ENTRIES:
        for text in entry.texts.values():
            yield entry, text


def test_every_message_is_translated_and_none_is_a_guess() -> None:
    assert len(ENTRIES) > 1000
    assert [entry.source for entry in ENTRIES if not all(entry.texts.values())] == []
    assert [entry.source for entry in ENTRIES if "fuzzy" in entry.flags] == []


def test_placeholders_are_those_of_the_source() -> None:
    wrong = [
        text
        for entry, text in russian()
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(entry.plural or entry.source))
    ]
    assert wrong == []


def test_messages_that_count_have_three_forms() -> None:
    assert [entry.source for entry in ENTRIES if entry.plural and sorted(entry.texts) != [0, 1, 2]] == []


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "0 обращений"), (1, "1 обращение"), (2, "2 обращения"), (4, "4 обращения"), (5, "5 обращений"),
        (11, "11 обращений"), (12, "12 обращений"), (21, "21 обращение"), (22, "22 обращения"),
        (111, "111 обращений"), (121, "121 обращение"),
    ],
)  # fmt: skip
def test_tickets_are_counted_as_in_russian(n: int, words: str) -> None:
    with translation.override("ru"):
        assert ngettext("%(n)s ticket", "%(n)s tickets", n) % {"n": n} == words


def test_no_english_word_is_left() -> None:
    left = [
        text
        for _entry, text in russian()
        if set(re.findall(r"[A-Za-z][A-Za-z-]{2,}", CODE.sub("", text))) - SAME
    ]
    assert left == []


def test_one_word_for_a_request_russian_quotes_and_a_small_letter_for_you() -> None:
    clumsy = re.compile(r"[Тт]икет|[Зз]аявк|[“”]|[а-яё] - [а-яё]|[а-яё,] (?:Вы|Вас|Вам|Ваш\w*)\b")
    assert [text for _entry, text in russian() if clumsy.search(text)] == []


def test_yo_is_written() -> None:
    without = re.compile(
        r"\b(?:еще|ее|нее|отчет\w*|учетн\w+|расчет\w*|объем\w*|прием|идет|ждет)\b", re.IGNORECASE
    )
    assert [text for _entry, text in russian() if without.search(text)] == []


def test_compiled_catalogue_is_what_the_source_says() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    compiled.pop("")
    said: dict[Any, str] = {}
    for entry in ENTRIES:
        said |= entry.compiled
    assert compiled == said


def test_states_are_named_as_the_centre_names_them() -> None:
    desk = {
        "new": "Новое", "triage": "На классификации", "queued": "В очереди линии", "in_progress": "В работе",
        "pending_customer": "Ожидает клиента", "pending_vendor": "Ожидает поставщика",
        "pending_window": "Ожидает окна работ", "resolved": "Решено", "closed": "Закрыто", "cancelled": "Отменено",
        "spam": "Спам", "merged": "Объединено",
    }  # fmt: skip
    shown = {
        "new": "Принято", "triage": "Принято", "queued": "В работе", "in_progress": "В работе",
        "pending_customer": "Ждём вашего ответа", "pending_vendor": "В работе у поставщика",
        "pending_window": "Запланировано", "resolved": "Решено — проверьте", "closed": "Закрыто",
        "cancelled": "Отменено", "merged": "Объединено с другим обращением",
    }  # fmt: skip
    with translation.override("ru"):
        assert {state.value: str(state.label) for state in State} == desk
        assert {str(state): str(words) for state, words in CUSTOMER_STATES.items()} == shown
