"""The demo organisation: a fictional hosting provider with sixty days behind it and a shift in full swing.

Only for an empty database of the embedded mode. Histories are played in memory by the product's own life cycle
(`story.py`), written in bulk (`writing.py`) and projected by the SLA engine (`clocks.py`): whatever replays the events
finds the same clocks. Texts and people lie in `data/`.
"""

from helpdesk.demo.seeding import Seeded, seed

__all__ = ["Seeded", "seed"]
