"""Numbers from a sequence that never goes back, and an event log that cannot be rewritten."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION tickets_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tickets_event_append_only BEFORE UPDATE OR DELETE ON tickets_ticketevent
    FOR EACH ROW EXECUTE FUNCTION tickets_event_is_append_only();
"""
ALLOW = """
DROP TRIGGER tickets_event_append_only ON tickets_ticketevent;
DROP FUNCTION tickets_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_tickets")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE ticket_number", "DROP SEQUENCE ticket_number"),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
