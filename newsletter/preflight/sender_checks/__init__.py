"""Sender checks: workers look in the DNS whether receivers can tell that a publication's mail is its own."""
