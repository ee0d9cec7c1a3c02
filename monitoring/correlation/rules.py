"""The numbers of correlation, all in one place (§2.3 of the monitoring rules)."""

from datetime import timedelta

# Fresh problems are counted in this window; so many different things make a storm, or this share of what hangs on one.
FRESH = timedelta(seconds=60)
STORM_THINGS = 5
STORM_SHARE, STORM_SHARE_THINGS = 0.3, 3
# Five hosts of a thousand are no common cause: an inferred one must explain at least this share of what it would break.
PRECISION_FLOOR = 0.15

# In a storm even High waits this long, so that its cause may show first.
STORM_HOLD = timedelta(seconds=5)

# A symptom may be seen this long before its cause.
EARLIER = timedelta(minutes=2)
# An incident is over when everything stayed well so long, and takes its members back for a while after that.
STABLE = timedelta(minutes=5)
REOPENS = timedelta(minutes=10)
RECURS = timedelta(days=30)
# The cause is back, a member is not: after this long it gets somebody's attention of its own.
STRAGGLES = timedelta(minutes=10)
# An inferred cause is looked at again while its problems still come in.
REVIEWED = timedelta(minutes=2)

# So many events of one trigger within the window are one flapping thing; it has settled when nothing happened so long.
FLAPS, FLAP_WINDOW = 4, timedelta(minutes=30)
FLAP_DIGEST, FLAP_SETTLED = timedelta(minutes=30), timedelta(minutes=60)
