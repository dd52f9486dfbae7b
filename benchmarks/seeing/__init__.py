"""What the agent sees and what that costs: faces, poses and galleries of known truth."""
