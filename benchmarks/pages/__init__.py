"""The pages of the docs that benches write: words, tables and drawings from figures alone."""
