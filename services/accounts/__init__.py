"""Signing in: one's own sessions and password, and whom the school's provider vouches for."""
