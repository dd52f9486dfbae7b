"""What was measured: storing it once, reading it in bulk, and forgetting it."""
