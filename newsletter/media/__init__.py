"""Images that editors upload: stored once, without their metadata, and served in a few widths."""
