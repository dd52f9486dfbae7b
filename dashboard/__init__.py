"""The server: ingest API, access, sign-in, pages, reports and the job runner, on Flask and Dash."""
