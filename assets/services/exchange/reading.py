"""Files to records: a folder, a ZIP archive or uploaded files. Whatever is wrong with a row is said with its line."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from assets.services.exchange.cells import SEPARATOR, plain
from assets.services.exchange.records import Entry, Record, Verdict
from assets.services.exchange.sheets import BY_KIND, NEEDED, Column, Sheet
from common.errors import Invalid, TooLarge

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
Files = Mapping[str, bytes]


def from_folder(path: Path) -> dict[str, bytes]:
    """The files of a folder that have a name we know. Raises `Invalid`, `TooLarge`."""
    found = {entry.name: entry for entry in sorted(path.iterdir()) if entry.suffix.lower() == ".csv"}
    for name, entry in found.items():
        _refuse_large(name, entry.stat().st_size)
    return _known({name: entry.read_bytes() for name, entry in found.items()})


def from_zip(data: bytes) -> dict[str, bytes]:
    """The files of an archive, in whatever folder they lie. What it unpacks to is limited before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if info.filename.lower().endswith(".csv")]
            infos = [info for info in infos if not info.filename.startswith("__MACOSX")]
            _refuse_large("ZIP", sum(info.file_size for info in infos) // 2)
            found: dict[str, bytes] = {}
            for info in infos:
                with archive.open(info) as file:
                    found[Path(info.filename).name] = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Invalid(_("This is not a ZIP archive that can be read."), field="files") from error
    return _known(found)


def from_uploads(uploads: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Uploaded files, archives among them."""
    found: dict[str, bytes] = {}
    for name, data in uploads:
        found |= from_zip(data) if name.lower().endswith(".zip") else _known({name: data})
    return found


def _known(files: Files) -> dict[str, bytes]:
    found = {}
    for name, data in files.items():
        _refuse_large(name, len(data))
        if Path(name.lower()).stem not in BY_KIND:
            names = ", ".join(sheet.file for sheet in BY_KIND.values())
            message = _("“%(name)s” is not one of: %(names)s.") % {"name": name, "names": names}
            raise Invalid(message, field="files")
        found[name.lower()] = data
    return found


def _refuse_large(name: str, size: int) -> None:
    if size > MAX_BYTES:
        words = {"name": name, "mb": MAX_BYTES // 1024 // 1024}
        raise TooLarge(_("“%(name)s” is larger than %(mb)d MB.") % words)


def read(files: Files) -> tuple[list[Record], list[Entry]]:
    """Records in the order of the files, and refusals of rows that cannot be read."""
    records: list[Record] = []
    refused: list[Entry] = []
    for sheet in BY_KIND.values():
        if sheet.file in files:
            for found in _rows(sheet, files[sheet.file]):
                (records if isinstance(found, Record) else refused).append(found)  # type: ignore[arg-type]
    return records, refused


def _rows(sheet: Sheet, data: bytes) -> Iterator[Record | Entry]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        yield _refusal(sheet, line, "", _("not UTF-8 text"))
        return
    header, _newline, _rest = text.partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        trouble = _header_trouble(sheet, names)
        if trouble:
            yield _refusal(sheet, 1, "", trouble)
            return
        for number, cells in enumerate(reader, 1):
            if number > MAX_ROWS:
                raise TooLarge(
                    _("“%(name)s” has more than %(number)d rows.") % {"name": sheet.file, "number": MAX_ROWS}
                )
            if any(cell.strip() for cell in cells):
                yield _row(sheet, names, cells, reader.line_num)
    except csv.Error as error:
        yield _refusal(sheet, reader.line_num, "", str(error))


def _header_trouble(sheet: Sheet, names: list[str]) -> str:
    known = {column.name for column in sheet.columns}
    unknown = [name for name in names if name not in known]
    missing = [column.name for column in sheet.columns if column.blank is NEEDED and column.name not in names]
    if unknown:
        return _("unknown column: %(names)s") % {"names": ", ".join(unknown)[:200]}
    if len(set(names)) != len(names):
        return _("a column stands twice")
    return _("missing column: %(names)s") % {"names": ", ".join(missing)} if missing else ""


def _row(sheet: Sheet, names: list[str], cells: list[str], line: int) -> Record | Entry:
    if len(cells) > len(names):
        return _refusal(sheet, line, cells[0], _("more cells than columns"))
    typed = {name: plain(cell.strip()) for name, cell in zip(names, cells, strict=False)}
    typed |= {name: "" for name in names if name not in typed}
    values = {}
    title = " · ".join(filter(None, (typed.get(name, "") for name in sheet.named_by)))[:200]
    for column in sheet.columns:
        if column.name not in typed:
            continue
        try:
            value = _value(column, typed)
        except ValueError as error:
            return _refusal(sheet, line, title, f"{column.name}: {error}")
        if column.field:
            values[column.field] = value
    key = sheet.key(tuple(typed.get(name, "") for name in sheet.named_by))
    return Record(sheet.kind, key, values, f"{sheet.file}:{line}")


def _value(column: Column, typed: dict[str, str]) -> object:
    mine = typed[column.name]
    if not mine:
        if column.blank is NEEDED:
            raise ValueError(_("must not be empty"))
        return column.blank
    value = column.cell.parse(mine)
    if column.many:
        return tuple((part.strip(),) for part in mine.split(SEPARATOR) if part.strip())
    return tuple(typed.get(name, "") for name in column.by) if column.refers else value


def _refusal(sheet: Sheet, line: int, title: str, reason: str) -> Entry:
    return Entry(sheet.kind, title, f"{sheet.file}:{line}", Verdict.REFUSED, reason=reason)
