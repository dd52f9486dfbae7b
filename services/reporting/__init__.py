"""A lecture's report as a value: who may be in it, computed, and kept as a version."""
