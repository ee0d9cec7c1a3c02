"""Planned works: planning them, what they keep quiet, and telling clients beforehand."""
