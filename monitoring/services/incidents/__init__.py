"""Incidents: opened by a cause or inferred from a storm, judged, joined, merged, ended; and what people do to them."""
