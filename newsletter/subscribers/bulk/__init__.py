"""One change to many subscribers at once: chosen when it begins, done in batches, undone for a day."""
