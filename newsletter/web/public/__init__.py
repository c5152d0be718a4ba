"""Pages for subscribers and readers: no account, no JavaScript needed."""
