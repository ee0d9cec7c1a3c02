"""The registry: what customers have from us and where it runs. First cut: services only.

Sites, racks, equipment, power and network lines, and "what fails if this fails" come into this room later.
May import: accounts, common.
"""
