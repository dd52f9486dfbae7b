"""Engagement: attentive index, presence and states, kept apart; missing is never zero."""
