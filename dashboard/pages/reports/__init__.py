"""The lectures that have ended, with their files."""
