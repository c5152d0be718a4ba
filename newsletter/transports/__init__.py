"""Transports: the relay that mail leaves by, as it was set up at the editor's desk."""
