"""Who is asking: sign-in by password or the school's provider, sessions, and secured callbacks."""
