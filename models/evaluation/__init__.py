"""How good models are: one protocol for ours and those of others, and a row for each."""
