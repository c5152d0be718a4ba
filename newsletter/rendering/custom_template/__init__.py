"""Templates that people write for their publication: a stricter sandbox, in a process that can be killed."""
