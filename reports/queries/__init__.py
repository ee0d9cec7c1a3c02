"""The read side: every figure is one statement over verdicts, whatever the number of tickets."""
