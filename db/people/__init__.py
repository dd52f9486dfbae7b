"""Who is who and who agreed: users, courses, rosters, tickets, consents, the access log."""
