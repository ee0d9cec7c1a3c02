"""Messaging: what came in and what goes out, by mail now, by Telegram and telephone later.

Everything that enters is stored raw, exactly once, before anybody answers "accepted"; everything that leaves is a row
of the outbox first. This room knows nothing of tickets: `tickets` reads what is stored here and routes it.
May import accounts and common.
"""
