"""The ticket row: where it stands now. How it got there is in the events."""

from typing import Self

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor, Language
from accounts.models import Contact, Customer, Skill, User
from assets.models import Service
from messaging.enums import Channel as MessagingChannel
from tickets.enums import (
    CUSTOMER_STATES,
    OPEN,
    OWING,
    TERMINAL,
    Channel,
    Impact,
    KbState,
    Priority,
    ResolutionCode,
    State,
    Urgency,
)
from tickets.models.category import Category
from tickets.models.lifecycle import Lifecycle


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The only way to reach tickets: the desk sees all, a contact their own or their organisation's."""
        if actor is None:
            return self.none()
        if not actor.is_contact:
            return self
        mine = Q(contact_id=actor.contact_id)
        if actor.sees_organisation:
            mine |= Q(customer_id=actor.customer_id)
        return self.filter(mine, customer_id=actor.customer_id).exclude(state=State.SPAM)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def owing(self) -> Self:
        """Solved without an article that is still to be written or made readable."""
        return self.filter(kb_state__in=OWING, kb_since__isnull=False)

    def in_queue_order(self) -> Self:
        """The next deadline first; tickets without one come last, oldest first."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "pk")


class Ticket(Lifecycle):
    """One request, incident or alert. `number` is neutral, speakable and never given twice."""

    number = models.CharField(_("number"), max_length=12, editable=False)
    subject = models.CharField(_("subject"), max_length=300)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.RUSSIAN)

    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("customer"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("contact"),
    )
    # Where the request came from, and by which way: answers go back there, whatever else is known of the contact.
    reply_to = models.CharField(_("answers go to"), max_length=254, blank=True, default="")
    reply_channel = models.CharField(
        _("answers go by"),
        max_length=12,
        choices=MessagingChannel,
        default=MessagingChannel.MAIL,
        db_default=MessagingChannel.MAIL,
    )
    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("service"),
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.P3)
    assignee = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assignee"),
    )
    specialty = models.ForeignKey(
        Skill,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("specialty"),
    )

    received_at = models.DateTimeField(_("received"))
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    first_response_at = models.DateTimeField(_("first response"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("cancelled or merged"), null=True, blank=True)
    resume_at = models.DateTimeField(_("resumes"), null=True, blank=True)
    # What the sweep in services/waking.py must do next, and when: one indexed column for every such date.
    wake_at = models.DateTimeField(null=True, blank=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)

    resolution_code = models.CharField(
        _("resolution"), max_length=24, choices=ResolutionCode, blank=True, default=""
    )
    kb_state = models.CharField(_("knowledge"), max_length=8, choices=KbState, default=KbState.NONE)
    # Since when, and by whom, an article is owed or the waiver of one waits for approval (services/settling.py).
    kb_since = models.DateTimeField(null=True, blank=True)
    kb_owner = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    reopen_count = models.PositiveSmallIntegerField(default=0)
    pingpong = models.PositiveSmallIntegerField(default=0)
    is_outbound = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_tickets"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    follow_up_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    dedup_key = models.CharField(max_length=200, null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    # Written by `sla` through services/due.py, so that the queue sorts by an index.
    next_due_at = models.DateTimeField(_("next deadline"), null=True, blank=True)
    next_due_kind = models.CharField(max_length=8, blank=True, default="")
    # The Russian configuration stems Latin words as English, so one vector serves both languages.
    search = models.GeneratedField(
        expression=SearchVector("subject", config="russian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        # Every alert writes this row and all its indexes: a key has one only where rows are looked up by it, and
        # numbers and dedup keys are unique by constraint, without Django's second index for LIKE.
        constraints = [
            models.UniqueConstraint(fields=["number"], name="ticket_number_unique"),
            models.UniqueConstraint(fields=["dedup_key"], name="ticket_dedup_key_unique"),
            models.CheckConstraint(condition=Q(line__in=(1, 2, 3)), name="ticket_line_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="ticket_priority_known"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=False, state__in=(State.RESOLVED, State.CLOSED))
                | (Q(resolved_at__isnull=True) & ~Q(state__in=(State.RESOLVED, State.CLOSED))),
                name="ticket_resolved_at_matches_state",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False, state=State.CLOSED)
                | (Q(closed_at__isnull=True) & ~Q(state=State.CLOSED)),
                name="ticket_closed_at_matches_state",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False, state__in=(State.CANCELLED, State.MERGED))
                | (Q(ended_at__isnull=True) & ~Q(state__in=(State.CANCELLED, State.MERGED))),
                name="ticket_ended_at_matches_state",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.MERGED) | Q(merged_into__isnull=False),
                name="ticket_merged_names_survivor",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.IN_PROGRESS, State.TRIAGE)) | Q(assignee__isnull=False),
                name="ticket_work_has_assignee",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.NEW, State.QUEUED)) | Q(assignee__isnull=True),
                name="ticket_queue_has_no_assignee",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=TERMINAL) | Q(next_due_at__isnull=True, wake_at__isnull=True),
                name="ticket_ended_has_no_deadline",
            ),
        ]
        indexes = [
            models.Index(
                F("line"), F("next_due_at").asc(nulls_last=True), F("id"),
                name="ticket_queue_of_line",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                F("next_due_at").asc(nulls_last=True), F("id"), name="ticket_queue", condition=Q(state__in=OPEN)
            ),
            models.Index(fields=["assignee", "next_due_at"], name="ticket_mine", condition=Q(state__in=OPEN)),
            models.Index(
                fields=["received_at"],
                name="ticket_unanswered",
                condition=Q(state__in=OPEN, first_response_at__isnull=True, is_outbound=False),
            ),
            models.Index(fields=["customer", "-id"], name="ticket_of_customer"),
            models.Index(fields=["contact", "-id"], name="ticket_of_contact"),
            models.Index(fields=["wake_at"], name="ticket_wake", condition=Q(wake_at__isnull=False)),
            models.Index(fields=["resolved_at"], name="ticket_resolved", condition=Q(resolved_at__isnull=False)),
            models.Index(fields=["kb_since", "id"], name="ticket_kb_owed", condition=Q(kb_state__in=OWING, kb_since__isnull=False)),
            models.Index(
                fields=["kb_since", "id"], name="ticket_kb_waived", condition=Q(kb_state=KbState.WAIVED, kb_since__isnull=False)
            ),
            # Rows arrive in the order of time, so a block index serves reports at next to no cost for writers.
            BrinIndex(fields=["received_at"], name="ticket_received", autosummarize=True),
            GinIndex(fields=["search"], name="ticket_search"),
        ]  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def customer_state(self) -> str:
        """The state in the customer's words."""
        return str(CUSTOMER_STATES.get(State(self.state), ""))

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"
