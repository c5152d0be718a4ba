"""Tags: the labels that editors, or readers themselves, put on subscribers."""
