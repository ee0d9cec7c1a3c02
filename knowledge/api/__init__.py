"""Articles for programs: /api/v1/articles/."""
