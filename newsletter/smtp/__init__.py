"""SMTP without a framework: relays, sessions, replies and their meaning, the dialogue, and a recording sink."""
