"""The read side of the SLA room."""
