"""What is wrong or missing in the registry: every check says what it found, on what, and what to do about it."""

from assets.queries.quality.report import Check, Named, Problem, report

__all__ = ["Check", "Named", "Problem", "report"]
