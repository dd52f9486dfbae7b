"""What a student sees and does: their own page, their self-report, their choices."""
