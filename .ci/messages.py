"""The committed catalogues must be what the .po files say, whole and without doubt."""

import gettext
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def catalogue(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]  # noqa: SLF001 — no public way


def complaints(source: Path) -> list[str]:
    """What is wrong with one .po file, in sentences."""
    name = source.relative_to(ROOT)
    with tempfile.TemporaryDirectory() as place:
        fresh = Path(place) / "fresh.mo"
        made = subprocess.run(
            ["msgfmt", "--check", "--statistics", "-o", fresh, source],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            return [f"{name}: {made.stderr.strip()}"]
        found = []
        if "fuzzy" in made.stderr or "untranslated" in made.stderr:
            found.append(f"{name}: not complete ({made.stderr.strip()})")
        committed = source.with_suffix(".mo")
        if not committed.exists() or catalogue(committed) != catalogue(fresh):
            found.append(
                f"{committed.relative_to(ROOT)} is older than its .po: run `make messages` and commit it"
            )
        return found


def forgotten(source: Path) -> list[str]:
    """Strings of the code that the catalogue does not have yet. The catalogue itself is left as it was."""
    committed = source.read_bytes()
    try:
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--locale", source.parts[-3], "--domain", source.stem,
             "--no-location", "--no-wrap", "--no-obsolete", "--ignore", ".venv", "--ignore", ".data"],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        lacking = subprocess.run(
            ["msgattrib", "--untranslated", "--no-wrap", source], capture_output=True, text=True, check=True
        )
    finally:
        source.write_bytes(committed)
    words = [
        line[7:-1]
        for line in lacking.stdout.splitlines()
        if line.startswith('msgid "') and line != 'msgid ""'
    ]
    return [
        f"{source.relative_to(ROOT)} lacks “{word}”: run `make messages` and translate it" for word in words
    ]


def main() -> int:
    sources = sorted((ROOT / "locale").rglob("*.po"))
    if not sources:
        print("No catalogue under locale/")  # noqa: T201 — the answer of a command
        return 1
    if shutil.which("msgfmt") is None:
        print("msgfmt (package gettext) is missing: translations were not checked")  # noqa: T201
        return 1
    found = [line for source in sources for line in [*complaints(source), *forgotten(source)]]
    print("\n".join(found) or f"{len(sources)} catalogues are complete and compiled")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
