"""The secret of an installation that was given none, and one that is made of it."""

import base64
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from newsletter.core.errors import OperatorMustAct


def kept_secret(path: Path) -> str:
    """The secret kept in `path`, made on first use; of two processes starting at once, one wins."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(temporary, path)  # fails when somebody else was first: theirs counts
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
        return path.read_text().strip()
    except OSError as error:
        raise OperatorMustAct(
            "data_dir", f"The data directory {path.parent} cannot be written: {error.strerror}. Set DATA_DIR."
        ) from error


def mailbox_secret(secret: str) -> str:
    """What opens the pages of the embedded mailbox, made of the installation's `secret`."""
    digest = hmac.digest(secret.encode(), b"newsletter-mailbox", "sha256")
    return base64.urlsafe_b64encode(digest[:15]).decode()
