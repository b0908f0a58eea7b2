"""A scenario of one's own, from questions to files."""
