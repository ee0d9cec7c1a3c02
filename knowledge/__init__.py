"""Knowledge: articles in Russian and English, their history, search and suggestions.

Owns what the centre knows: internal instructions and what customers may read, the revisions of every text, and the
readers' verdicts. It knows nothing of tickets: categories are codes, and a ticket is named by its number.
May import accounts and common.
"""
