"""Lectures whose truth is known: behaviour by chance, shown through the real model's answers."""
