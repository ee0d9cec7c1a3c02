"""What a reader typed, turned into full-text queries that PostgreSQL accepts whatever it was."""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery

MAX_TYPED = 2_000
MAX_SEARCH_WORDS = 12
MAX_SUGGEST_WORDS = 12
MAX_WORD = 60
CONFIGURATIONS = ("russian", "english")
# The document side (`knowledge_document` in the migration) folds the same letters and splits at the same signs.
WORD = re.compile(r"[^\W_]+")
FOLD = str.maketrans("ёЁ", "еЕ")
# Said in every request, helps to find nothing.
FILLER = frozenset(
    {
        "добрый", "день", "утро", "вечер", "здравствуйте", "пожалуйста", "помогите", "подскажите", "спасибо",
        "уважением", "нас", "нам", "мне", "можете", "прошу", "просьба", "очень", "срочно",
        "hello", "dear", "please", "help", "thanks", "thank", "regards", "urgent", "need", "team",
    }
)  # fmt: skip

Query = SearchQuery | CombinedSearchQuery


@dataclass(frozen=True, slots=True)
class Terms:
    """Words without any operator sign; empty when nothing usable was typed."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str, *, meaningful: bool = False) -> "Terms":
        """Words of a text. `meaningful` drops repetitions, very short words and courtesies, for suggestions."""
        words = [word[:MAX_WORD] for word in WORD.findall(text[:MAX_TYPED].translate(FOLD))]
        if not meaningful:
            return cls(tuple(words[:MAX_SEARCH_WORDS]))
        telling = (word for word in words if len(word) > 2 and word.lower() not in FILLER)
        return cls(tuple(dict.fromkeys(telling))[:MAX_SUGGEST_WORDS])

    def __bool__(self) -> bool:
        return bool(self.words)


def every(terms: Terms) -> Query:
    """All words must be there, in any form; the last one may be only the beginning of a word."""
    queries = [_every(terms, configuration) for configuration in CONFIGURATIONS]
    return queries[0] | queries[1]


def any_of(terms: Terms) -> Query:
    """At least one of the words, in any form."""
    either = " | ".join(map(_quoted, terms.words))
    queries = [SearchQuery(either, config=name, search_type="raw") for name in CONFIGURATIONS]
    return queries[0] | queries[1]


def _every(terms: Terms, configuration: str) -> Query:
    *whole, last = terms.words
    query = _unfinished(last, configuration)
    if not whole:
        return query
    return SearchQuery(" & ".join(map(_quoted, whole)), config=configuration, search_type="raw") & query


def _unfinished(word: str, configuration: str) -> Query:
    exact: Query = SearchQuery(_quoted(word), config=configuration, search_type="raw")
    if len(word) < 2:
        return exact
    # A half-typed word stems wrongly («replicati»), so its beginning is also looked up among the words as written.
    stem = SearchQuery(f"{_quoted(word)}:*", config=configuration, search_type="raw")
    written = SearchQuery(f"{_quoted(word)}:*", config="simple", search_type="raw")
    return exact | stem | written


def _quoted(word: str) -> str:
    """A word as a tsquery operand. `WORD` lets neither quotes nor backslashes through."""
    return f"'{word}'"
