"""SMTP by itself: relays, sessions, replies and their meaning, the dialogue, and a recording sink."""
