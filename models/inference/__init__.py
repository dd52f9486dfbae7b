"""What the agent ships: the networks at work, each as a function of pictures, and their files."""
