"""The first start: the first admin, and then the school, step by step."""
