"""Knowledge debts: the list for shift leads, what one owes oneself, and the steps that pay."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import operator_required, shift_lead_required
from common import clock
from common.errors import DomainError, Missing, NotAllowed
from common.htmx import DeskRequest
from tickets.forms import UsedArticleForm
from tickets.models import Ticket
from tickets.permissions import can_judge_waiver
from tickets.queries import bypasses, debts
from tickets.services import documenting, waiving
from tickets.views.asking import Words, ask, done
from tickets.views.ticket import find

USE = Words(
    gettext_lazy("Link the article"),
    gettext_lazy("Link"),
    gettext_lazy("An article that helps with such a case, written by you or by anybody else."),
)
WAIVERS_SHOWN, FEW = 30, 5
JUDGED: dict[str, tuple[Callable[..., Ticket], str | Promise]] = {
    "approve": (waiving.approve, gettext_lazy("%(number)s: nothing needs to be written")),
    "ask": (waiving.ask_for_article, gettext_lazy("%(number)s: the article is asked for")),
}


@shift_lead_required
@require_GET
def index(request: DeskRequest) -> HttpResponse:
    """Who owes which article since when, the longest overdue first; then the waivers that wait for a word."""
    owner, after = _number(request.GET.get("owner")), _number(request.GET.get("after"))
    found = debts.page(request.actor, owner=owner, after=after)
    waiting = list(debts.waivers(request.actor)[: WAIVERS_SHOWN + 1])
    context = {
        "here": "shift",
        "page": found,
        "owner": owner,
        "owners": debts.owners(request.actor),
        "many": debts.MANY,
        "now": clock.now(),
        "waivers": [(one, can_judge_waiver(request.actor, one)) for one in waiting[:WAIVERS_SHOWN]],
        "more_waivers": len(waiting) > WAIVERS_SHOWN,
    }
    return render(request, "desk/_debts.html" if request.htmx else "desk/debts.html", context)


@operator_required
@require_GET
def owed(request: DeskRequest) -> HttpResponse:
    """What the reader owes: bypasses to justify and articles to write.

    As a panel it is empty when it is nothing: `only=count` for one sentence, `only=articles` for the first few of them.
    """
    only, now = request.GET.get("only", ""), clock.now()
    missing = [] if only == "articles" else bypasses.missing_of(request.actor)
    if only == "count":
        late = any(bypass.due_at < now for bypass in missing)
        counted = {"missing": len(missing), "articles": debts.owed_by(request.actor), "late": late}
        return render(request, "desk/_owed_count.html", counted)
    mine = debts.page(request.actor, owner=request.actor.user_id)
    shown = debts.Page(mine.rows[:FEW], None) if only else mine
    context = {"missing": missing, "page": shown, "more": len(mine.rows) > len(shown.rows), "now": now}
    return render(request, "desk/_owed.html" if request.htmx else "desk/owed.html", context)


@operator_required
@require_http_methods(["GET", "POST"])
def use(request: DeskRequest, number: str) -> HttpResponse:
    """Name the article that pays the debt of a ticket."""
    ticket = find(request, number)
    if request.method != "POST":
        return ask(request, ticket, UsedArticleForm(), USE)
    form = UsedArticleForm(request.POST)
    if form.is_valid():
        try:
            documenting.use_article(actor=request.actor, ticket_id=ticket.pk, **form.cleaned_data)
        except (Missing, NotAllowed):
            raise
        except DomainError as error:
            field = error.extra.get("field")
            form.add_error(field if field in form.fields else None, error.detail)
        else:
            return done(request, ticket, _("%(number)s: no article is owed any more") % {"number": number})
    return ask(request, ticket, form, USE, status=422)


@operator_required
@require_POST
def draft(request: DeskRequest, number: str) -> HttpResponse:
    """Begin the article of a ticket and go on writing it."""
    ticket = find(request, number)
    article = documenting.write_draft(actor=request.actor, ticket_id=ticket.pk)
    messages.success(
        request,
        _("%(code)s is begun. Save it as “not checked yet” when others can read it.")
        % {"code": article.code},
    )
    return redirect("knowledge:edit", article.code)


@operator_required
@require_POST
def judge_waiver(request: DeskRequest, number: str, verdict: str) -> HttpResponse:
    """`approve` the waiver of an article or `ask` for the article."""
    if verdict not in JUDGED:
        raise Http404
    ticket = find(request, number)
    service, text = JUDGED[verdict]
    service(actor=request.actor, ticket_id=ticket.pk)
    return done(request, ticket, str(text) % {"number": number})


def _number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 19 else None
