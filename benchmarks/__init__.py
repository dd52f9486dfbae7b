"""Benches: what the analytics' figures are worth, measured on lectures whose truth is known."""
