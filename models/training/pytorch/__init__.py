"""Training by PyTorch where it is installed: faster on a processor, on the very same parameters."""
