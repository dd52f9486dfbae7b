"""The way into a lecture: by code or link, with or without a camera."""
