"""Which problems have one cause: pure rules on plain values; no ORM, no clock."""
