"""What `reading` and its child say to each other: a length, a line of JSON, then raw bytes. Nothing in it can run."""

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from messaging.services.authenticating import Trust
from messaging.services.parsing import ParsedAttachment, ParsedMail, UnreadableError

HEAD = 8


def frame(content: bytes) -> bytes:
    return len(content).to_bytes(HEAD, "big") + content


def length(head: bytes) -> int:
    return int.from_bytes(head, "big")


def pack_request(raw: bytes, **options: Any) -> bytes:
    return json.dumps(options).encode() + b"\n" + raw


def unpack_request(request: bytes) -> tuple[bytes, dict[str, Any]]:
    head, _line, raw = request.partition(b"\n")
    return raw, json.loads(head)


def pack_error(reason: str) -> bytes:
    return json.dumps({"error": reason}).encode() + b"\n"


def pack_answer(mail: ParsedMail) -> bytes:
    """The mail without its files as JSON, then the files one after the other."""
    values = {field.name: getattr(mail, field.name) for field in fields(mail) if field.name != "attachments"}
    for name in ("date", "handed_over"):
        values[name] = values[name].isoformat() if values[name] else None
    files = [{**asdict(file), "content": len(file.content)} for file in mail.attachments]
    head = json.dumps({"mail": values, "files": files}).encode()
    return b"\n".join([head, b"".join(file.content for file in mail.attachments)])


def unpack_answer(answer: bytes) -> ParsedMail:
    """Raises `UnreadableError` when the child could not read it."""
    head, _line, content = answer.partition(b"\n")
    said = json.loads(head)
    if "error" in said:
        raise UnreadableError(said["error"])
    values, files, at = said["mail"], [], 0
    for file in said["files"]:
        size = file["content"]
        files.append(ParsedAttachment(**{**file, "content": content[at : at + size]}))
        at += size
    for name in ("date", "handed_over"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return ParsedMail(**{**values, "trust": Trust(values["trust"]), "attachments": files})
