"""What pages show: judged, and read in as many statements however much there is of it."""
