"""The read side of the registry."""
