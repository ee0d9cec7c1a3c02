"""The registry as the files that the import takes: reading them back changes nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

from assets.services.exchange.cells import SEPARATOR, safe
from assets.services.exchange.records import Target
from assets.services.exchange.sheets import SHEETS, Column, Sheet
from assets.services.exchange.snapshot import Snapshot


def export_files() -> dict[str, bytes]:
    """One file a kind, UTF-8 with a mark that spreadsheets need, without what is gone at its source.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; the import takes it off again.
    """
    there = Snapshot("")
    return {sheet.file: _file(sheet, there) for sheet in SHEETS}


def export_zip() -> bytes:
    """The same as one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in export_files().items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _file(sheet: Sheet, there: Snapshot) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([column.name for column in sheet.columns])
    rows = sorted((one for one in there.all_of(sheet.kind) if not one.is_stale), key=lambda one: one.key)
    for target in rows:
        cells = {column.name: "" for column in sheet.columns}
        for column in sheet.columns:
            cells |= _cells(column, target.values.get(column.field))
        writer.writerow([safe(cells[column.name]) for column in sheet.columns])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _cells(column: Column, value: Any) -> dict[str, str]:
    """What a column says; a reference may fill the columns beside it that help to name it."""
    if not column.field or (column.refers and not value):
        return {}
    if column.many:
        return {column.name: f" {SEPARATOR} ".join(sorted(one.key[0] for one in value))}
    if isinstance(value, Target):
        return dict(zip(column.by, value.key, strict=True))
    return {column.name: column.cell.show(value)}
