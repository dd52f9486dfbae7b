"""What holds on real students: mood, engagement and check-ins, measured and fitted to nothing."""
