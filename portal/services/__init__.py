"""Verbs of the customers' side that join two services of a lower room into one step."""
