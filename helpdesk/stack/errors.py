"""What the local stack says when it cannot work."""


class StackError(Exception):
    """One clear sentence for the person at the terminal; never a traceback."""
