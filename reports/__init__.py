"""Figures about the desk for people who steer it: response times, volume, misses.

Reads everything below, writes nothing.
May import: sla, monitoring, tickets, knowledge, accounts, common. Never portal.
"""
