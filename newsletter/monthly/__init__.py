"""The monthly summary: one email a month, for readers who chose it instead of each issue."""
