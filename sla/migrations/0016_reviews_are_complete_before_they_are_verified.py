"""A review has an instant of its own at which it said all that is asked."""

from django.db import migrations, models
from django.db.models import Q

# The clock of the review stopped at that instant; a review older than such clocks was complete when it was closed.
FILL = """
UPDATE sla_breachreview review SET reviewed_at = coalesce(owed.stopped_at, review.closed_at, review.started_at)
FROM sla_breach breach JOIN sla_clock broken ON broken.id = breach.clock_id
LEFT JOIN sla_clock owed ON owed.ticket_id = breach.ticket_id AND owed.kind = 'BR'
  AND owed.about = concat_ws(':', broken.kind, broken.cycle, broken.line)
WHERE breach.id = review.breach_id AND review.state IN ('verified', 'closed')
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0015_calendars_are_recalculated")]
    operations = [
        migrations.AddField(
            "breachreview",
            "reviewed_at",
            models.DateTimeField(editable=False, null=True, verbose_name="complete"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "breachreview",
            models.CheckConstraint(
                condition=Q(state="analysis", reviewed_at__isnull=True)
                | Q(state="actions")
                | Q(state__in=("verified", "closed"), reviewed_at__isnull=False),
                name="sla_review_verified_is_complete",
            ),
        ),
    ]
