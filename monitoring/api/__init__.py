"""The doors by which sources post."""
