"""Promises for programs: the clocks of a ticket with their reasons, figures, broken promises. For the desk only."""
