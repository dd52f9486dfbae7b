"""The demo: a school with simulated students who speak the real HTTP API."""
