"""The web surface: readers, the admin, signing in. Views parse, call the domain, commit and answer."""
