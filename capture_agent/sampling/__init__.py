"""From the readings of a second to one observation, and how many pictures a second are read."""
