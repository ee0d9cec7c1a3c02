"""Notices to clients."""
