"""The use cases: what anybody may ask for, judged, done and recorded in one transaction."""
