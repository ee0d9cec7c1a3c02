"""Attachments: only to those who may read their message, never run by the browser."""

from django.http import FileResponse, Http404, HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from tickets.models import Attachment
from tickets.services.attaching import RASTER


@operator_required
@require_GET
def attachment(request: DeskRequest, pk: int) -> HttpResponseBase:
    """A file as a download; a raster picture may be shown in the thread with ``?show``."""
    found = Attachment.objects.visible_to(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return serve(found, show="show" in request.GET)


def serve(found: Attachment, *, show: bool = False) -> FileResponse:
    """The bytes behind a policy that lets nothing in them act. The caller has checked who may see the file."""
    picture = show and found.content_type in RASTER
    kind = found.content_type if picture else "application/octet-stream"
    try:
        stored = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stored, as_attachment=not picture, filename=found.name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    return response
