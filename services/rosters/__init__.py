"""Courses and their lists: read from files, compared, changed, and their personal links."""
