"""The ticket: its life cycle over three lines, append-only events, messages, attachments, and the desk's pages.

State changes only through `services/moving.py`, by the table in `models/lifecycle.py`.
Every change appends one event; what lies above listens by `settings.TICKET_EVENT_SUBSCRIBERS`.
May import: assets, knowledge, messaging, accounts, common. Never sla or monitoring.
"""
