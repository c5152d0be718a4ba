"""The things that a refusal can say in words."""

from enum import StrEnum


class Wording(StrEnum):
    """What the words of a refusal are about."""

    # the address
    USER_UNKNOWN = "user_unknown"
    USER_UNAVAILABLE = "user_unavailable"  # "mailbox unavailable", which may mean anything (RFC 5321 §4.2.3)
    HOST_UNKNOWN = "host_unknown"
    NOT_ACCEPTED = "not_accepted"
    MOVED = "moved"
    SUSPENDED = "suspended"
    MAILBOX_FULL = "mailbox_full"
    # the sender or the message
    SENDER_REFUSED = "sender_refused"
    RELAY_DENIED = "relay_denied"
    AUTH_FAILURE = "auth_failure"
    REPUTATION = "reputation"
    CONTENT = "content"
    POLICY = "policy"
    TOO_LARGE = "too_large"
    # the moment
    TOO_MANY_RECIPIENTS = "too_many_recipients"
    RATE_LIMITED = "rate_limited"
    GREYLISTED = "greylisted"
    NETWORK = "network"
    EXPIRED = "expired"  # tried for days
    TEMPORARY = "temporary"  # "try again later", whatever it is
