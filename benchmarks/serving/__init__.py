"""What many browsers and agents cost a real server."""
