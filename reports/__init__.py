"""Figures about the desk for people who steer it: response times, volume, misses.

Reads everything below, writes nothing. `queries/` computes in the database, `charts/` turns numbers into geometry
without knowing what they mean, templates draw SVG that follows the theme by class.
May import: sla, monitoring, tickets, knowledge, accounts, common. Never portal.
"""
