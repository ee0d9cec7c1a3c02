"""What every operation of the API document has: its problem answers."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from common.problems import PROBLEM_TYPE

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=_("Sent again with the same body within 24 hours, the first answer is given again."),
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=_("The `ETag` you have seen; another version by now answers 412."),
)
PROBLEM = {"$ref": "#/components/schemas/Problem"}
ALWAYS = {
    "400": _("Something in the request is not acceptable; `errors` names it."),
    "401": _("No token, or one that is not valid."),
    "403": _("In sight, but not for you."),
    "404": _("Does not exist, or is not for you: the two are never told apart."),
    "405": _("This address does not take this method."),
    "406": _("The API speaks JSON only."),
}
ON_CHANGE = {
    "409": _("Somebody was faster, or a rule says no; `guard` names the rule."),
    "412": _("The object has another version than `If-Match` names."),
    "413": _("Too large."),
    "415": _("A body is JSON; where files are taken, a multipart form."),
    "422": _("The idempotency key was used with another body."),
}
METHODS = ("get", "post", "put", "patch", "delete")


def add_problems(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """drf-spectacular post-processing hook: every operation lists the problem documents it may answer with."""
    result["components"].setdefault("schemas", {})["Problem"] = _schema()
    for path in result["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                answers = ALWAYS if method == "get" else {**ALWAYS, **ON_CHANGE}
                for status, description in answers.items():
                    operation["responses"].setdefault(status, _answer(description))
    return result


def _answer(description: object) -> dict[str, Any]:
    return {"description": str(description), "content": {PROBLEM_TYPE: {"schema": PROBLEM}}}


def _schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": str(_("RFC 9457. `type` is stable, `detail` is for people. More members may follow.")),
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {**text, "example": "urn:helpdesk:problem:invalid"},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {
                "type": "object",
                "additionalProperties": {},
                "description": str(_("What is wrong, by field.")),
            },
            "guard": {
                **text,
                "description": str(_("The rule of the life cycle that said no, for example `G-FR`.")),
            },
        },
    }
