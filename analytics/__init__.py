"""Pure functions on one lecture's numbers: values, thresholds and ``now`` in, values out."""
