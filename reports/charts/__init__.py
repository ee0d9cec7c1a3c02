"""Numbers to geometry. Nothing here knows what is drawn, and nothing writes a colour: classes do."""
