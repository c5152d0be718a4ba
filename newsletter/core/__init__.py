"""What knows no feature: database, paths, links, tokens, translation, clock, queue, errors, logging."""
