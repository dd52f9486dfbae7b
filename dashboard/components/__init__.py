"""What every page is built from: the frame, its parts, ids, addresses, the look of it all."""
