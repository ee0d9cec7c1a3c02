"""«Рабочая группа»: people of any line around one ticket, with a video room."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models.ticket import Ticket


class WorkingGroup(models.Model):
    """Exists beside the assignee, who stays the single owner. Ends with a summary."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="working_groups")
    purpose = models.CharField(_("purpose"), max_length=200)
    room_url = models.URLField(_("video room"), blank=True)
    members = models.ManyToManyField(User, related_name="+", verbose_name=_("members"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(_("summary"), blank=True)

    class Meta:
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def __str__(self) -> str:
        return self.purpose
