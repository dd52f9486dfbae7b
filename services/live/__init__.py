"""The live board: one snapshot of each running lecture per tick, for however many viewers."""
