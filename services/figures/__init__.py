"""What live page and report both draw on: self-reports, baselines, and the log of check-ins."""
