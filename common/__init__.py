"""What every room needs and no room owns: database helpers, errors, live push, rich text, HTTP.

No models of the domain and no import of another app.
"""
