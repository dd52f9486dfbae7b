"""Schema, engine, ingest, queries, retention and migrations: the only package that knows SQL."""
