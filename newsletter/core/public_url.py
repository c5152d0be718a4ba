"""`PUBLIC_URL`: the origin that every link in an email begins with; EHLO and system mail name its host."""

from urllib.parse import SplitResult, urlsplit

from newsletter.core.host_names import host_name, is_ip_address

EXAMPLE = "https://news.example.org"


def check_public_url(text: str) -> str:
    """`text` as an origin (RFC 6454 §6.1): scheme, host and perhaps a port, in ASCII and lower case.

    An international host becomes A-labels, since links, headers and EHLO are ASCII (RFC 3987 §3.1). Raises
    `ValueError` with a sentence for everything else: the routes of the web application begin at the root, so
    a link with a path, a query or a fragment in front of them would lead nowhere.
    """
    text = text.strip()
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError(f"it may hold no spaces or control characters; it should look like {EXAMPLE}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"its host or port is none; it should look like {EXAMPLE}") from None
    if parts.scheme not in {"http", "https"}:
        raise ValueError("it must start with http:// or https://")
    _refuse_more_than_origin(text, parts)
    try:
        host = host_name(parts.hostname or "")
    except ValueError:
        raise ValueError(f"its host is not a valid name; it should look like {EXAMPLE}") from None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{'' if port is None else f':{port}'}"


def host_of(public_url: str) -> str:
    """The host of a public URL, without brackets."""
    return urlsplit(public_url).hostname or "localhost"


def default_sender(public_url: str) -> str:
    """Who writes what belongs to no publication. No sender's domain can be an IP address without brackets."""
    host = host_of(public_url)
    return f"newsletter@{'localhost' if is_ip_address(host) else host}"


def _refuse_more_than_origin(text: str, parts: SplitResult) -> None:
    if "@" in parts.netloc:
        raise ValueError("it may hold no user name or password, which every reader would see")
    if parts.path.strip("/"):
        raise ValueError(f"it may have no path: the service needs a host of its own, such as {EXAMPLE}")
    if "?" in text or "#" in text:
        raise ValueError(f"it may have no “?” or “#”; it should look like {EXAMPLE}")
