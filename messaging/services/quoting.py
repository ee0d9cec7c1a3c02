"""Tells what a person just wrote from what the mail program added below: quotes, headers of the earlier mail.

Line by line, each line judged by short anchored patterns: linear time whatever comes in. (The usual library knows no
Russian and takes minutes on a mail of blank lines; see docs/mail.md.)
"""

import re
from dataclasses import dataclass

MAX_TEXT = 200_000
MAX_LINE = 400
# «23 нояб. 2026 г., в 10:00, Поддержка <support@…> написал(а):» and "On Mon, Nov 23 … wrote:", often on two lines.
WROTE = re.compile(
    r"(?:on\b.*\bwrote|.*\b(?:пишет|писал|написал|написала|написал\(а\)|писал\(а\)|сообщил|wrote))\s*:\s*\Z",
    re.IGNORECASE,
)
WROTE_STARTS = re.compile(
    r"(?:on\s+(?:mon|tue|wed|thu|fri|sat|sun|\d)|(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|сред[ау]|четверг|пятниц[ау]|"
    r"суббот[ау]|воскресенье)\b|\d{1,2}[./ ]\S{1,12}[./ ]\d{2,4}|\d{4}-\d\d-\d\d)",
    re.IGNORECASE,
)
SIGNED = re.compile(r".*<[^<>\s]+@[^<>\s]+>\s*:\Z")
SEPARATOR = re.compile(
    r"(?:-{2,}\s*(?:original message|forwarded message|исходное сообщение|пересылаемое сообщение|пересланное сообщение|"
    r"оригинальное сообщение)\s*-{2,}|_{10,}|begin forwarded message:|начало переадресованного сообщения:)\s*\Z",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"\*?(?:from|sent|to|cc|date|subject|reply-to|от|отправлено|дата|кому|копия|тема)\*?\s*:\*?\s",
    re.IGNORECASE,
)
FROM = re.compile(r"\*?(?:from|от|отправитель)\*?\s*:", re.IGNORECASE)
SIGNATURE = re.compile(r"--\s?\Z")
SENT_FROM = re.compile(
    r"(?:sent from my |отправлено с |отправлено из |get outlook for |получите outlook для )", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Folded:
    """`said` is what was just written, `quoted` the rest, in the order it came; nothing is thrown away."""

    said: str
    quoted: str


def fold(text: str) -> Folded:
    """Split a mail body. A mail that is nothing but a quote is kept as said: better too much than nothing."""
    lines = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = _cut(lines)
    while cut and (not lines[cut - 1].strip() or lines[cut - 1].lstrip().startswith(">")):
        cut -= 1
    said, quoted = lines[:cut], lines[cut:]
    if not any(line.strip() and not line.lstrip().startswith(">") for line in said):
        return Folded(said="\n".join(lines).strip(), quoted="")
    return Folded(said="\n".join(said).strip(), quoted="\n".join(quoted).strip("\n"))


def _cut(lines: list[str]) -> int:
    """The first line that belongs to the quoted part, the number of lines when there is none."""
    for number, line in enumerate(lines):
        short = line.strip()[:MAX_LINE]
        if short and _begins_quote(lines, number, short):
            return number
    return len(lines)


def _begins_quote(lines: list[str], number: int, short: str) -> bool:
    if SEPARATOR.match(short) or SIGNATURE.match(short) or SENT_FROM.match(short):
        return True
    if WROTE.match(short) or (WROTE_STARTS.match(short) and SIGNED.match(short)):
        return True
    following = lines[number + 1].strip()[:MAX_LINE] if number + 1 < len(lines) else ""
    if WROTE_STARTS.match(short) and WROTE.match(f"{short} {following}"):
        return bool(following)
    if not FROM.match(short):
        return False
    near = [near.strip()[:MAX_LINE] for near in lines[number + 1 : number + 6]]
    return sum(HEADER.match(line) is not None for line in near) >= 2
