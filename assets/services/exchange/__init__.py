"""The registry as files, and what other registers tell us: read, compare, then write all or nothing.

`sheets` says what a file looks like, `reading` turns files into records, `planning` compares records with what is
there, `importing` does both and writes, `exporting` writes the same files back.
"""
