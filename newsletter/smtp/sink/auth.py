"""AUTH from the server's side: challenges, and who the answers prove somebody to be (RFC 4954)."""

import base64
import hmac
from collections.abc import Mapping

CRAM = "<1.1@sink.localhost>"


def challenge(mechanism: str, number: int) -> str:
    """The `number`th challenge of `mechanism`, in base64."""
    texts = {"LOGIN": ("Username:", "Password:"), "CRAM-MD5": (CRAM,)}.get(mechanism, ("",))
    return base64.b64encode(texts[number].encode()).decode()


def who(mechanism: str, answers: list[str], users: Mapping[str, str]) -> str | None:
    """The user whose password the answers show, else None."""
    if mechanism == "CRAM-MD5":
        user, _, digest = answers[0].rpartition(" ")
        expected = hmac.new(users.get(user, "").encode(), CRAM.encode(), "md5").hexdigest()
        return user if user in users and hmac.compare_digest(digest, expected) else None
    if mechanism == "PLAIN":
        parts = answers[0].split("\0")
        user, password = (parts[1], parts[2]) if len(parts) == 3 else ("", "")
    else:
        user, password = answers
    known = users.get(user)
    return user if known is not None and hmac.compare_digest(known.encode(), password.encode()) else None
