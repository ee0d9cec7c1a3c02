"""Who is who: operators with lines and skills, customers with contracts, contacts with addresses.

Owns sign-in, API tokens and the `Actor` that every service is told.
May import: common.
"""
