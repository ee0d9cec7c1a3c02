"""A text in pieces that Telegram takes: at most 4096 UTF-16 units each, cut where a reader would pause."""

LIMIT = 4096
# Looked for in this order, from the end of what fits.
PAUSES = ("\n\n", "\n", ". ", " ")


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Pieces in order. Nothing of the text is lost but white space at the cuts."""
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        end = _fitting(rest, limit)
        if end < len(rest):
            end = _pause(rest, end)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return pieces


def _fitting(text: str, limit: int) -> int:
    """How many characters fit into the limit; those beyond the basic plane count twice."""
    units = 0
    for number, letter in enumerate(text):
        units += 2 if ord(letter) > 0xFFFF else 1
        if units > limit:
            return number
    return len(text)


def _pause(text: str, end: int) -> int:
    for pause in PAUSES:
        at = text.rfind(pause, end // 2, end)
        if at > 0:
            return at + len(pause)
    return end
