"""Alert sources, the raw ledger of what they sent, problems, and the tickets that problems open on their own.

Every body is stored as it came before anything else looks at it; a message may come twice, late or in any order.
`adapters/` is pure: bytes of one source kind in, one `Alert` out; it stands beside `enums`, below the models.
May import: tickets, assets, knowledge, messaging, accounts, common. Never sla, portal or reports.
"""
