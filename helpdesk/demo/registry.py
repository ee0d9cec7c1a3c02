"""The data centre of the demo: two power lines, a rack on one of them only, and what the customers have there."""

from __future__ import annotations

from accounts.enums import Actor
from assets.services.exchange.importing import import_files
from assets.services.exchange.reading import from_folder
from helpdesk.demo.data_files import DATA


def build_registry() -> None:
    """From the very files that an engineer would import; services exist already and learn what they run on."""
    import_files(actor=Actor.system(), files=from_folder(DATA / "registry"), write=True)
