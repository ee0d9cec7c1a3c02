"""Pure service-level arithmetic: calendars, clocks and the fold from events to clocks.

Nothing here imports Django. All instants are aware datetimes in UTC, all amounts are timedeltas, so results
are exact to the microsecond. Applying events live and replaying the whole log run this same code.
"""
