"""What agents send: whose it is, the verdict on each item, and storing it once."""
