"""The verbs of monitoring, one file per gerund."""
