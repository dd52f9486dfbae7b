"""The migrations, oldest first. A published one never changes; going back is a backup's work."""
