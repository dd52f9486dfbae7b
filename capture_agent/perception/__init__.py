"""From one picture to readings: faces, landmarks, head, eyes, expression; a covered camera."""
