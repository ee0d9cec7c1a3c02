"""Files as downloads that no browser runs."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse


def download(file: FieldFile, name: str) -> FileResponse:
    """The bytes under the given name, never shown in place. The caller has checked who may have them."""
    response = FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
