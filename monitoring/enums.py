"""Words of this room. Zabbix's own words are used where it has them."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SourceKind(TextChoices):
    """Which adapter reads the bodies of a source."""

    ZABBIX = "zabbix", _("Zabbix")
    ALERTMANAGER = "alertmanager", _("Prometheus Alertmanager")
    GENERIC = "generic", _("Any other, by the desk's own JSON")


class RecoveryPolicy(TextChoices):
    """What a recovery does to the ticket beyond being written on it."""

    NOTE = "note", _("Only write it on the ticket")
    UNTOUCHED = "resolve_if_untouched", _("Resolve the ticket if nobody has taken it yet")
    RESOLVE = "resolve", _("Resolve the ticket wherever the rules allow it")


class AlertKind(TextChoices):
    """What one message says. `CANCELED` is Zabbix's second problem message: no recovery will ever follow."""

    PROBLEM = "problem", _("problem")
    RECOVERY = "recovery", _("recovery")
    UPDATE = "update", _("update")
    CANCELED = "canceled", _("escalation canceled")
    OTHER = "other", _("not an alert")
    TEST = "test", _("test")


class EventSource(IntegerChoices):
    """`EVENT.SOURCE` of Zabbix."""

    TRIGGER = 0, _("trigger")
    DISCOVERY = 1, _("discovery")
    REGISTRATION = 2, _("autoregistration")
    INTERNAL = 3, _("internal")
    SERVICE = 4, _("service")


class Severity(IntegerChoices):
    """`EVENT.NSEVERITY`. Zabbix lets the names be changed, so only the numbers are ever compared."""

    NOT_CLASSIFIED = 0, _("Not classified")
    INFORMATION = 1, pgettext_lazy("severity", "Information")
    WARNING = 2, _("Warning")
    AVERAGE = 3, _("Average")
    HIGH = 4, _("High")
    DISASTER = 5, _("Disaster")


class ProblemState(TextChoices):
    """Moves one way only: Zabbix never reopens an event id."""

    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Recovered")


class Effect(TextChoices):
    """What a problem says of the thing it is about."""

    DOWN = "down", _("does not work")
    ON_BATTERY = "on_battery", _("runs on battery")
    DEGRADED = "degraded", _("works, but not well")


class IncidentState(TextChoices):
    """`RECOVERED` is watched for a while: it may come back. A `MERGED` one lives on in another."""

    OPEN = "open", _("Under way")
    RECOVERED = "recovered", _("Recovered, watched")
    RESOLVED = "resolved", _("Over")
    MERGED = "merged", _("Joined with another")


LIVE = (IncidentState.OPEN, IncidentState.RECOVERED)


class HitState(TextChoices):
    """States of `assets.impact.Impact`, the worst first."""

    DOWN = "down", pgettext_lazy("impact", "Down")
    AT_RISK = "at_risk", pgettext_lazy("impact", "On battery")
    UNKNOWN = "unknown", pgettext_lazy("impact", "Unknown")
    DEGRADED = "degraded", pgettext_lazy("impact", "Without reserve")
    OK = "ok", pgettext_lazy("impact", "Works")


# 0 is the worst.
HIT_RANK = {state.value: rank for rank, state in enumerate(HitState)}


class WriteBackState(TextChoices):
    QUEUED = "queued", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not synchronised")


class RunState(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")


class WindowMode(TextChoices):
    """What an alarm does that planned works were expected to bring."""

    QUIET = "quiet", _("kept, and no ticket is opened")
    COLLECT = "collect", _("written on one ticket of the works")


class WorksPhase(TextChoices):
    ANNOUNCED = "announced", _("Announced")
    CHANGED = "changed", _("Moved")
    CANCELLED = "cancelled", _("Cancelled")


class NoticePhase(TextChoices):
    """What a client is told of an incident, each once, except changes, which are numbered."""

    STARTED = "started", _("Outage")
    CHANGED = "changed", _("Change")
    RESTORED = "restored", _("Restored")
    REPORT = "report", _("Report")


class Outcome(TextChoices):
    """What processing a delivery came to."""

    OPENED = "opened", _("opened a ticket")
    JOINED = "joined", _("joined a ticket of the same trigger")
    ATTACHED = "attached", _("joined an incident")
    INCIDENT = "incident", _("opened an incident")
    HELD = "held", _("waits a moment for its cause")
    FLAPPING = "flapping", _("counted: its trigger comes and goes")
    SUPPRESSED = "suppressed", _("kept quiet by a maintenance window")
    NOTED = "noted", _("written on the ticket")
    ECHO = "echo", _("our own word came back")
    STORED = "stored", _("stored, no ticket yet")
    RECOVERED = "recovered", _("recovery")
    TOMBSTONE = "tombstone", _("recovery of a problem not seen yet")
    LATE = "late", _("problem that came after its recovery")
    IGNORED = "ignored", _("ignored by policy")


class RejectReason(TextChoices):
    """Why a delivery was turned away for good."""

    TOKEN = "token", _("missing or wrong token")
    NETWORK = "network", _("address outside the allowed networks")
    INSECURE = "insecure", _("sent without TLS")
    TOO_LARGE = "too_large", _("larger than 256 KB")
    NOT_JSON = "not_json", _("not JSON")
    SHAPE = "shape", _("neither an object nor an array of objects")
    SCHEMA = "schema", _("unknown schema version")
    EVENT_ID = "event_id", _("no valid event id")
    FIELDS = "fields", _("missing or wrong fields")
    KIND = "kind", _("posted to the address of another kind of source")
