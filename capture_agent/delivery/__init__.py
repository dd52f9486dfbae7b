"""From the outbox on disk to the server, and what the student asks of it."""
