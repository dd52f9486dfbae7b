"""Lectures and what belongs to them: flags, self-reports, rooms, published groups, reports."""
