"""Topics: the interests within a publication that a reader may mute."""
