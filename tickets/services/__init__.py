"""Verbs of the room: lock, check, move, record, then tell after the commit."""
