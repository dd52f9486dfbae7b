"""From an id to an act: what is meant, who asks, and what goes on record with it."""
