"""What clients are told of an incident: who, what, and when; and those who write before or after."""
