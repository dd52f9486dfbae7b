"""Benches: what measures the figures; offered by the command in a checkout, not in the wheel."""
