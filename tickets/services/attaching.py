"""Taking files in: limits, real type, random place."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from common.errors import Invalid, TooLarge
from tickets.models import Attachment, Message

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile

# What a support centre really receives. Everything is served as a download, so this list is the second wall.
# fmt: off
ALLOWED = frozenset(
    {
        "png", "jpg", "jpeg", "gif", "webp", "bmp", "heic", "tif", "tiff", "svg", "pdf", "txt", "log", "md",
        "csv", "tsv", "json", "xml", "yaml", "yml", "conf", "cfg", "ini", "doc", "docx", "xls", "xlsx",
        "odt", "ods", "ppt", "pptx", "rtf", "zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "tar",
        "eml", "msg", "ics", "pcap", "pcapng", "har", "mp3", "ogg", "oga", "opus", "wav", "m4a", "mp4",
        "mov", "webm", "pem", "crt", "cer", "csr", "key", "pub", "asc", "sig",
    }
)
# fmt: on
RASTER = {"image/png", "image/jpeg", "image/gif", "image/webp"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be stored."""

    file: Upload
    name: str
    content_type: str


def limited(files: Sequence[Upload]) -> Sequence[Upload]:
    """At most `ATTACHMENT_MAX_COUNT` files a message."""
    if len(files) > settings.ATTACHMENT_MAX_COUNT:
        raise Invalid(
            _("At most %(max)d files at once.") % {"max": settings.ATTACHMENT_MAX_COUNT}, field="attachments"
        )
    return files


def safe_name(name: str) -> str:
    """The sender's file name as data: no path, no control or direction characters, at most 200 characters."""
    base = PurePath(name.replace("\\", "/")).name
    clean = "".join(c for c in base if c.isprintable()).strip(". ")
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[:190]}{dot}{ending[:9]}" if dot else clean[:200] or "file"


def check(file: Upload) -> Checked:
    """Raises `TooLarge` over the size limit and `Invalid` for a type that is not taken."""
    name = safe_name(file.name or "file")
    limit = settings.ATTACHMENT_MAX_BYTES
    if (file.size or 0) > limit:
        raise TooLarge(
            _("“%(name)s” is larger than %(max)d MB.") % {"name": name, "max": limit // 1024**2},
            field="attachments",
        )
    if name.rpartition(".")[2].lower() not in ALLOWED:
        raise Invalid(
            _("“%(name)s”: files of this type are not taken.") % {"name": name}, field="attachments"
        )
    head = file.read(4096)
    file.seek(0)
    return Checked(file=file, name=name, content_type=_sniff(head))


def _sniff(head: bytes) -> str:
    """The type the bytes show; only raster pictures are ever believed, all else is a plain download."""
    try:
        found = str(puremagic.from_string(head, mime=True))
    except (puremagic.PureError, ValueError):
        return "application/octet-stream"
    return found if found in RASTER else "application/octet-stream"


def store(*, message: Message, file: Checked) -> Attachment:
    """Write the bytes under a random key and the row that names them."""
    digest = hashlib.sha256()
    for chunk in file.file.chunks():
        digest.update(chunk)
    file.file.seek(0)
    return Attachment.objects.create(
        message=message,
        name=file.name,
        content_type=file.content_type,
        size=file.file.size or 0,
        sha256=digest.hexdigest(),
        file=file.file,
    )
