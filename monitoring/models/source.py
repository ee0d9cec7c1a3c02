"""A monitoring system that may post alerts."""

from ipaddress import ip_network

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.enums import RecoveryPolicy, Severity, SourceKind


def validate_network(text: str) -> None:
    """A network in CIDR notation, or one address."""
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        raise ValidationError(
            _("“%(text)s” is not a network such as 192.0.2.0/24."), params={"text": text}
        ) from error


class Source(models.Model):
    """One alert source with its own token and its own rules.

    Only digests of tokens are kept. During a rotation the previous token works beside the current one until
    `previous_valid_until`.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=SourceKind, default=SourceKind.ZABBIX)
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(
        _("short name"),
        max_length=40,
        unique=True,
        help_text=_("Stands in links and in the tags written to events."),
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    previous_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    previous_valid_until = models.DateTimeField(_("previous token valid until"), null=True, editable=False)
    allowed_networks = ArrayField(
        models.CharField(max_length=43, validators=[validate_network]),
        verbose_name=_("allowed networks"),
        default=list,
        blank=True,
        help_text=_("For example 192.0.2.0/24. Empty: from anywhere."),
    )
    base_url = models.URLField(
        _("address of its web pages"),
        blank=True,
        help_text=_("Used for links back when a message brings none."),
    )
    recovery_policy = models.CharField(
        _("on recovery"), max_length=24, choices=RecoveryPolicy, default=RecoveryPolicy.UNTOUCHED
    )
    min_severity = models.PositiveSmallIntegerField(
        _("open tickets from severity"), choices=Severity, default=Severity.NOT_CLASSIFIED
    )
    reopen_minutes = models.PositiveSmallIntegerField(
        _("join the earlier ticket for"),
        default=0,
        validators=[MaxValueValidator(7 * 24 * 60)],
        help_text=_(
            "Minutes after a recovery in which the same trigger continues its ticket. 0: always a new ticket."
        ),
    )
    hold_seconds = models.PositiveSmallIntegerField(
        _("wait below High"),
        default=15,
        validators=[MaxValueValidator(50)],
        help_text=_(
            "Seconds in which a problem below High waits for its cause before it opens a ticket of its own. "
            "High and Disaster never wait. The first-response clock runs from the alert all the same."
        ),
    )
    writes_notes = models.BooleanField(
        _("notes of operators go back"),
        default=False,
        help_text=_("What an operator writes for the desk on a ticket is written on its events as well."),
    )
    closes_events = models.BooleanField(
        _("resolving closes the event"),
        default=False,
        help_text=_("Only where the trigger allows closing by hand; the check itself keeps running."),
    )
    silence_minutes = models.PositiveSmallIntegerField(
        _("silent for too long"),
        default=0,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_(
            "Minutes without a delivery or a heartbeat after which monitoring counts as blind. 0: never."
        ),
    )
    heartbeat_at = models.DateTimeField(_("last heartbeat"), null=True, editable=False)
    api_checked_at = models.DateTimeField(null=True, editable=False)
    api_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    api_error = models.CharField(max_length=300, blank=True, editable=False)
    api_version = models.CharField(max_length=20, blank=True, editable=False)
    blind_ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    is_active = models.BooleanField(_("active"), default=True)
    last_seen_at = models.DateTimeField(_("last delivery"), null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("alert source")
        verbose_name_plural = _("alert sources")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="source_previous_token_has_an_end",
                condition=Q(previous_digest__isnull=True) | Q(previous_valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
