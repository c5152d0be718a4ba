"""Feeds: added, polled as often as they change, stopped when they fail for long, removed."""
