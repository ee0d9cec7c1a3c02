"""The front door: everybody is sent to the pages made for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.permissions import is_contact, is_operator


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Operators to the desk, contacts to the portal; a user who is neither is told whom to ask."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    actor = getattr(request, "actor", None)
    if is_operator(actor):
        return redirect("desk:queue")
    if is_contact(actor):
        return redirect("portal:requests")
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "no_role.html", status=403)
