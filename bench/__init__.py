"""The speed figures: `make bench`, or `ONLY=webhook_rate make bench` for one.

Every figure is measured on a desk of its own (`world.py`): a fresh database that is made, filled (`load.py`) and
dropped here, with real server processes where the figure is about requests. One JSON line a figure on standard
output; progress goes to standard error.
"""
