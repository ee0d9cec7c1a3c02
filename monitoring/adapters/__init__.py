"""Pure readers of what sources send: bytes in, `Alert` out. No database, no settings."""
