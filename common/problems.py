"""RFC 9457 problem documents, for plain Django views and for DRF alike."""

from typing import Any

from django.http import JsonResponse

PROBLEM_TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str, code: str, **extra: Any) -> dict[str, Any]:
    """The members of a problem document; `code` is stable, `detail` is for people."""
    return {
        "type": f"urn:helpdesk:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        **extra,
    }


def problem_response(status: int, title: str, detail: str, code: str, **extra: Any) -> JsonResponse:
    """A problem document from a plain Django view."""
    return JsonResponse(
        problem(status, title, detail, code, **extra), status=status, content_type=PROBLEM_TYPE
    )
