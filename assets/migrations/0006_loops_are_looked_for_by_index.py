"""The look for a circle goes by index also while a table is being filled, and a device that feeds nothing closes none.

In the transaction that fills it the table still counts as empty, so that every row was compared with every other:
20,000 inputs took minutes.
"""

from django.db import migrations

REPLACE = """
CREATE OR REPLACE FUNCTION assets_refuse_power_loop() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off AS $$
DECLARE loop_path bigint[];
BEGIN
    IF NEW.provider_id IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('assets_powerinput'));
    IF NOT EXISTS (SELECT 1 FROM assets_powerinput WHERE provider_id = NEW.equipment_id) THEN
        RETURN NEW;
    END IF;
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
"""


class Migration(migrations.Migration):
    dependencies = [("assets", "0005_registry_stamp")]
    # The older body refuses the same rows, only slowly: going back needs nothing.
    operations = [migrations.RunSQL(REPLACE, migrations.RunSQL.noop)]
