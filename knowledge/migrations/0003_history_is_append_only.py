"""The database itself refuses to rewrite the history of an article."""

from django.db import migrations

GUARD = """
CREATE FUNCTION knowledge_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'article revisions are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER article_revision_append_only BEFORE UPDATE OR DELETE ON knowledge_articlerevision
FOR EACH ROW EXECUTE FUNCTION knowledge_history_is_kept();
"""
NO_GUARD = """
DROP TRIGGER article_revision_append_only ON knowledge_articlerevision;
DROP FUNCTION knowledge_history_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_articles")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
