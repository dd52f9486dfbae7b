"""Check-ins: evidence, persistence, the rule with its thresholds, asking first, and the log."""
