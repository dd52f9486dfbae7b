"""The HTTP API under ``/api/v1``: every route, its contract, its verdicts and its problems."""
