"""What an admin sees and does: school, people, courses, rosters, erasure, access log."""
