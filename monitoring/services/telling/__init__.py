"""Whom of a client to write to, and in what words: for incidents and for planned works."""
