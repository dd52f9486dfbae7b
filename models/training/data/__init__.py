"""What networks learn from: FER2013 in every form it is shared in, counted, drawn and changed."""
