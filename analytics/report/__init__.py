"""The report of a lecture as a value: figures, change points, comparison and notes."""
