"""What recurs: due reports, silent lectures and clean-up, run by one process at a time."""
