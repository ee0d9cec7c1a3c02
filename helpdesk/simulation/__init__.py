"""A working day in fast motion: monitoring and customers talk to a running desk, over HTTP and nothing else."""
