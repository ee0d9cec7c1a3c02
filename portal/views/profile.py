"""Language, time zone and colours of the person."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from accounts.permissions import contact_required
from accounts.services.preferring import prefer
from common.errors import Invalid
from common.htmx import DeskRequest
from portal.forms import ProfileForm


@contact_required
@require_http_methods(["GET", "POST"])
def profile(request: DeskRequest) -> HttpResponse:
    """Exactly these three settings can be changed here; a request that brings more is refused."""
    user = request.user
    if request.method == "GET":
        known = {"language": user.language, "time_zone": user.time_zone, "theme": user.theme}
        return render(request, "portal/profile.html", {"form": ProfileForm(initial=known)})
    form = ProfileForm(request.POST)
    if set(request.POST) - {*form.fields, "csrfmiddlewaretoken"}:
        raise Invalid
    if not form.is_valid():
        return render(request, "portal/profile.html", {"form": form}, status=422)
    prefer(user_id=user.pk, **form.cleaned_data)
    with override(form.cleaned_data["language"]):
        messages.success(request, _("Saved."))
    response = redirect("portal:profile")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], max_age=365 * 24 * 3600, samesite="Lax"
    )
    return response
