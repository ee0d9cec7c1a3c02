"""`Authorization: Bearer hd_…` for programs."""

from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from accounts.queries import actor_for
from accounts.services.tokens import user_of_token


class TokenAuthentication(BaseAuthentication):
    """Takes the token from the Authorization header; a wrong token is 401, no token lets the next class try."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        user = user_of_token(text.strip())
        if user is None:
            raise AuthenticationFailed(_("This token is not valid."))
        request._request.actor = actor_for(user)  # type: ignore[attr-defined]  # declared by common.htmx.DeskRequest
        if "Accept-Language" not in request.headers:
            translation.activate(user.language)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped base
    """How the OpenAPI document names this scheme."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
