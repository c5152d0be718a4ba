"""Deferred requests: what anybody may ask for about anybody's address, decided by a worker.

The page that takes such a request writes one row, whoever the address belongs to, and answers. So neither its
words nor its time tell whether an address is known; what depends on that happens later, elsewhere.
"""
