"""The customers' side: file a request, follow it, answer, confirm the solution, read articles.

Owns pages only; every verb is a service of `tickets` or `knowledge`.
May import: tickets, sla, knowledge, accounts, common. Never reports.
"""
