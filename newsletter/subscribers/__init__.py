"""Subscribers: people, what they subscribed to, what they consented to, and who must never be written to."""
