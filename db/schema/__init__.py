"""The tables, their columns, and the values that their rows make."""
