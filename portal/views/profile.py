"""Language, time zone and colours of the person; how the contact wants to be reached."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import AddressKind
from accounts.models import ContactAddress
from accounts.permissions import contact_required
from accounts.services.preferring import prefer, prefer_reaching
from common.errors import Invalid
from common.htmx import DeskRequest
from messaging.services.telegram.linking import make_link, unlink
from portal.forms import ProfileForm, ReachForm
from portal.views.filing import contact_of


@contact_required
@require_http_methods(["GET", "POST"])
def profile(request: DeskRequest) -> HttpResponse:
    """Exactly these settings can be changed here; a request that brings more is refused."""
    if request.method == "GET":
        return _show(request)
    if request.POST.get("what") == "reach":
        return _save_reach(request)
    form = ProfileForm(request.POST)
    _refuse_more(request, form)
    if not form.is_valid():
        return _show(request, form=form)
    prefer(user_id=request.user.pk, **form.cleaned_data)
    with override(form.cleaned_data["language"]):
        messages.success(request, _("Saved."))
    response = redirect("portal:profile")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], max_age=365 * 24 * 3600, samesite="Lax"
    )
    return response


def _save_reach(request: DeskRequest) -> HttpResponse:
    form = ReachForm(request.POST)
    _refuse_more(request, form, "what")
    if not form.is_valid():
        return _show(request, reach=form)
    prefer_reaching(contact_id=contact_of(request).pk, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("portal:profile")


def _refuse_more(request: DeskRequest, form: forms.Form, *known: str) -> None:
    if set(request.POST) - {*form.fields, *known, "csrfmiddlewaretoken"}:
        raise Invalid


def _show(
    request: DeskRequest, *, form: ProfileForm | None = None, reach: ReachForm | None = None
) -> HttpResponse:
    user, contact = request.user, contact_of(request)
    known = {"language": user.language, "time_zone": user.time_zone, "theme": user.theme}
    first = contact.channels[0] if contact.channels else AddressKind.MAIL
    times = {"quiet_from": contact.quiet_from, "quiet_until": contact.quiet_until}
    chats = ContactAddress.objects.filter(contact=contact, kind=AddressKind.TELEGRAM, is_verified=True)
    context = {
        "form": form or ProfileForm(initial=known),
        "reach": reach or ReachForm(initial={"first": first, **times}),
        "bots": [name for name, bot in settings.TELEGRAM_BOTS.items() if bot["username"]],
        "chats": list(chats),
    }
    return render(request, "portal/profile.html", context, status=422 if form or reach else 200)


@contact_required
@require_POST
def telegram(request: DeskRequest) -> HttpResponse:
    """To the chat, with a one-time key that ties it to this contact."""
    address = make_link(contact=contact_of(request), bot=request.POST.get("bot", "").lower()[:64])
    return HttpResponseRedirect(address)


@contact_required
@require_POST
def forget_telegram(request: DeskRequest) -> HttpResponse:
    """The chat is this contact's no more."""
    unlink(contact=contact_of(request))
    messages.success(request, _("The chat is disconnected."))
    return redirect("portal:profile")
