"""What the tables stand on: the sequence behind article codes, and the functions behind the search columns."""

from django.db import migrations

# Letters folded and signs split exactly as knowledge/queries/terms.py does it with the reader's words.
# Every word goes in stemmed (A title, B summary, C body) and, weight D, as it is written.
DOCUMENT = r"""
CREATE FUNCTION knowledge_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(words, E'ёЁ!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 'еЕ' || repeat(' ', 32))
$$;
CREATE FUNCTION knowledge_stems(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE language WHEN 'ru' THEN 'russian'::regconfig ELSE 'english'::regconfig END
$$;
CREATE FUNCTION knowledge_lead(language text, title text, summary text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector(knowledge_stems(language), knowledge_folded(title)), 'A')
        || setweight(to_tsvector(knowledge_stems(language), knowledge_folded(summary)), 'B')
        || setweight(to_tsvector('simple', knowledge_folded(title || ' ' || summary)), 'D')
$$;
CREATE FUNCTION knowledge_document(language text, title text, summary text, words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT knowledge_lead(language, title, summary)
        || setweight(to_tsvector(knowledge_stems(language), knowledge_folded(words)), 'C')
        || setweight(to_tsvector('simple', knowledge_folded(words)), 'D')
$$;
"""
NO_DOCUMENT = """
DROP FUNCTION knowledge_document(text, text, text, text);
DROP FUNCTION knowledge_lead(text, text, text);
DROP FUNCTION knowledge_stems(text);
DROP FUNCTION knowledge_folded(text);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE knowledge_article_code;",
            "DROP SEQUENCE knowledge_article_code;",
        ),
        migrations.RunSQL(DOCUMENT, NO_DOCUMENT),
    ]
