"""The command groups: thin words over the rooms below; everything heavy is imported on use."""
