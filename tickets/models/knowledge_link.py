"""How the knowledge base was used on a ticket."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from knowledge.models import Article
from tickets.enums import LinkOutcome, SearchOutcome
from tickets.models.ticket import Ticket


class TicketArticle(models.Model):
    """An article used on a ticket, and whether it fitted."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="article_links")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="ticket_links")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=LinkOutcome, default=LinkOutcome.FITTED)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "article"], name="ticket_article_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} – {self.article_id}"


class KnowledgeSearch(models.Model):
    """A search made while working on a ticket; without one there is no hand-over to the experts."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="knowledge_searches")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    query = models.CharField(_("searched for"), max_length=300)
    outcome = models.CharField(_("outcome"), max_length=6, choices=SearchOutcome)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.query
