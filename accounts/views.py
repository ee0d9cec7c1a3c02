"""Personal settings that every signed-in person may change, and the language of the sign-in page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.enums import Language, Theme
from accounts.services.preferring import prefer


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Store language and theme on the account, the language in the browser too; then back to where one was."""
    language = request.POST.get("language", "")
    theme = request.POST.get("theme", "")
    if request.user.is_authenticated:
        prefer(user_id=request.user.pk, language=language, theme=theme)
    back = request.POST.get("next", "/")
    # Anything but a path would be looked up as the name of a page.
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    )
    if getattr(request, "htmx", False) and theme in Theme.values:
        return HttpResponse(status=204)
    response = redirect(back if safe else "/")
    if language in Language.values:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax")
    return response


def addresses(request: HttpRequest) -> HttpResponse:
    """Not here: administrators keep the addresses people sign in with, for one that is not proved may be another's."""
    raise Http404
