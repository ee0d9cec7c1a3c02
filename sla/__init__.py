"""The promise: working-time calendars, policies, the clocks of every ticket and their enforcement by the second.

Owns: `engine/` (pure arithmetic, imports nothing of Django), stored clocks, firings and breach records, the beat
sweep, the «why this deadline?» panel. Stored clocks are a projection of the ticket's events and can be rebuilt.
May import tickets, knowledge, messaging, accounts, common. Is called by `tickets` through
`settings.TICKET_EVENT_SUBSCRIBERS` only; blind to `monitoring`.
"""
