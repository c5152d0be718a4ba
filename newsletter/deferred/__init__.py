"""Deferred requests: what anybody may ask for about anybody's address, decided by a worker.

The page that takes such a request writes one row, whoever the address belongs to, and answers. So neither its
words nor its time tell whether an address is known; what depends on that happens later, elsewhere.
"""

from newsletter.deferred.decide import decide
from newsletter.deferred.defer import defer_password_reset, defer_sign_up

__all__ = ["decide", "defer_password_reset", "defer_sign_up"]
