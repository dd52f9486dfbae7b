"""Class mood: the true shares of the seven looks, corrected for the model's known errors."""
