"""What the student sees and presses: notice, keys, status, overlay, and the words at the end."""
