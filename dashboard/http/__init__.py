"""How bytes come and go: listening, TLS, what every request passes, files, health and metrics."""
