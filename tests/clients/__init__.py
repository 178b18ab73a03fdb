"""Real clients of other people, unmodified, against a running server."""
