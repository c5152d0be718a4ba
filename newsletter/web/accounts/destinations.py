"""Where to go after signing in: only ever a page of our own."""

from urllib.parse import urlsplit

from flask import request, url_for

LONGEST = 2000


def own_path(target: str | None) -> str | None:
    """`target` as a path of this site with its query; None when it leads elsewhere or is no URL.

    Browsers read `\\` as `/` and skip control characters, so a path with either may be another site's.
    """
    if not target or len(target) > LONGEST or "\\" in target or any(ord(char) <= 32 for char in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.netloc and (parts.scheme not in {"http", "https"} or parts.netloc != request.host):
        return None
    if not parts.netloc and parts.scheme:
        return None
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def after_sign_in(wanted: str | None) -> str:
    """The page that was wanted, if it is one of the admin's, else Home."""
    path = own_path(wanted)
    root = request.script_root
    return path if path and path.startswith(f"{root}/admin") else url_for("admin_home.show")
