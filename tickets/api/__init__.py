"""The tickets of this room for programs: /api/v1/tickets/ and /api/v1/categories/."""
