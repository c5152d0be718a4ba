"""How large the body of a request may be: forms everywhere, files only below `/admin`.

Flask refuses what is larger than a route allows (`max_content_length`), once the body is there; these are
what the web server takes in at all.
"""

LARGEST_FORM = 1_000_000  # octets
LARGEST_UPLOAD = 55_000_000  # octets, for a file of subscribers with the form around it


def largest_body(path: str) -> int:
    """The octets that a body for the URL path `path` may have."""
    return LARGEST_UPLOAD if path.startswith("/admin/") else LARGEST_FORM
