"""Telling what was just written from what stands below it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.services.quoting import fold

CASES = {
    "gmail ru": "Работает, спасибо.\n\nпн, 23 нояб. 2026 г. в 10:00, Поддержка <support@desk.example>:\n> Проверьте\n> диск",
    "gmail en": "It works.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Support <support@desk.example> wrote:\n> Check",
    "gmail en, two lines": "It works.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Support\n<support@desk.example> wrote:\n\n> Check",
    "thunderbird ru": "Готово\n\n23.11.2026 10:00, Поддержка пишет:\n> Проверьте",
    "apple ru": "Готово\n\n> 23 нояб. 2026 г., в 10:00, Поддержка <support@desk.example> написал(а):\n> \n> Проверьте",
    "yandex": "Готово\n\n23.11.2026, 10:00, \"Поддержка\" <support@desk.example>:\n> Проверьте",
    "outlook en": "Done\n\n-----Original Message-----\nFrom: Support\nSent: Monday\nTo: IT\nSubject: Re\n\nCheck",
    "outlook ru": "Готово\n\n________________________________\nОт: Поддержка\nОтправлено: 23 ноября\nКому: IT\nТема: Re\n\nтекст",
    "outlook, headers only": "Готово\n\nОт: Поддержка <support@desk.example>\nДата: 23 ноября\nКому: IT\nТема: Re\n\nтекст",
    "mail.ru": "Готово\n\n-------- Пересылаемое сообщение --------\nОт кого: Поддержка\nтекст",
    "only quotes": "Готово\n\n> Проверьте диск\n> и узел",
    "signature": "Готово\n-- \nИТ-директор\nтелефон",
    "telephone": "Готово\n\nОтправлено с iPhone",
    "telephone en": "Done\n\nSent from my iPhone",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_what_was_just_written_stands_alone(text: str) -> None:
    folded = fold(text)
    assert folded.said == text.splitlines()[0]
    assert folded.quoted


@pytest.mark.parametrize(
    "text",
    [
        "From: the beginning of the week it does not work",
        "Он написал: диск полон\nи всё",
        "Пишу:\nпервое\nвторое",
        "Log:\n-----\nvalue\n-----\nafter",
        "23.11.2026 мы заметили сбой\nи перезагрузили",
        "a > b\nc < d",
    ],
)
def test_ordinary_sentences_are_not_taken_for_quotes(text: str) -> None:
    assert fold(text).said == text


def test_answers_between_the_quoted_lines_are_kept() -> None:
    text = "> Is it on?\nYes.\n> Is it plugged in?\nYes too."
    assert fold(text).said == text


def test_a_mail_that_is_nothing_but_a_quote_is_kept_as_said() -> None:
    text = "> Disk is full"
    assert fold(text).said == text


@given(st.text(alphabet="ab> -_:\nFrom:Отв\r", max_size=400))
def test_no_line_is_lost(text: str) -> None:
    folded = fold(text)
    kept = f"{folded.said}\n{folded.quoted}"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [line.strip() for line in kept.split("\n") if line.strip()] == [
        line.strip() for line in lines if line.strip()
    ]


@pytest.mark.parametrize(
    "piece", ["\n", " ", "> ", "On Mon ", "On Mon\n", "From: a\n", "-", "_", "пн, ", "23.11.2026 "]
)
def test_folding_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    fold(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 2
