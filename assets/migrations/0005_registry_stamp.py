"""One number that changes with every change of the plant, so that a process knows whether what it keeps still holds.

The number is drawn from a sequence, which no rollback takes back: it never stands for two different plants. It is kept
in a row, which readers see only when the change itself is committed.
"""

from django.db import migrations

TABLES = ("equipment", "powerinput", "link", "circuit", "cluster", "cluster_members", "service")
CREATE = """
CREATE SEQUENCE assets_stamp_drawn;
CREATE TABLE assets_stamp (value bigint NOT NULL);
INSERT INTO assets_stamp VALUES (nextval('assets_stamp_drawn'));
CREATE FUNCTION assets_draw_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assets_stamp SET value = nextval('assets_stamp_drawn');
    RETURN NULL;
END $$;
"""
DROP = """
DROP FUNCTION assets_draw_stamp() CASCADE;
DROP TABLE assets_stamp;
DROP SEQUENCE assets_stamp_drawn;
"""
TRIGGER = """
CREATE TRIGGER assets_{table}_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assets_{table}
FOR EACH STATEMENT EXECUTE FUNCTION assets_draw_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [("assets", "0004_registry_sources")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        *(migrations.RunSQL(TRIGGER.format(table=table), migrations.RunSQL.noop) for table in TABLES),
    ]
