"""What figures are worth: mood and check-ins on lectures whose truth is known, and their cost."""
