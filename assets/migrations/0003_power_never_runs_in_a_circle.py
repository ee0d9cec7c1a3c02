"""A trigger refuses power that feeds itself, also from two transactions at once: they take turns by an advisory lock."""

from django.db import migrations

CREATE = """
CREATE FUNCTION assets_refuse_power_loop() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE loop_path bigint[];
BEGIN
    IF NEW.provider_id IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('assets_powerinput'));
    WITH RECURSIVE upward (id, path) AS (
        SELECT NEW.provider_id, ARRAY[NEW.equipment_id, NEW.provider_id]
        UNION ALL
        SELECT input.provider_id, upward.path || input.provider_id
        FROM upward JOIN assets_powerinput input ON input.equipment_id = upward.id
        WHERE input.provider_id IS NOT NULL AND upward.id <> NEW.equipment_id
          AND NOT input.provider_id = ANY (upward.path[2:])
    )
    SELECT path INTO loop_path FROM upward WHERE id = NEW.equipment_id LIMIT 1;
    IF loop_path IS NOT NULL THEN
        RAISE EXCEPTION 'power runs in a circle' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'power_never_runs_in_a_circle', DETAIL = array_to_string(loop_path, ',');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assets_powerinput_no_loop AFTER INSERT OR UPDATE OF provider_id, equipment_id ON assets_powerinput
FOR EACH ROW EXECUTE FUNCTION assets_refuse_power_loop();
"""
DROP = """
DROP TRIGGER assets_powerinput_no_loop ON assets_powerinput;
DROP FUNCTION assets_refuse_power_loop();
"""


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_registry")]
    operations = [migrations.RunSQL(CREATE, DROP)]
