"""Links that are never tracked: a list of hosts and addresses, each on a line.

`example.org` is that host and all below it; `https://example.org/donate` whatever address begins so.
"""

from urllib.parse import urlsplit

MOST_LINES = 100
LONGEST_LINE = 500
_SCHEMES = ("http://", "https://")


def check_untracked_links(text: str) -> str:
    """The lines of `text` without blanks, each once; `ValueError` for a line that is neither."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_LINES:
        raise ValueError(f"Use at most {MOST_LINES} lines; this has {len(lines):,}.")
    for line in lines:
        if len(line) > LONGEST_LINE or not line.isprintable() or " " in line or not _host(line):
            raise ValueError(f"“{line[:60]}” is neither a host such as example.org nor a web address.")
    return "\n".join(lines)


def is_untracked(url: str, lines: str) -> bool:
    """Whether the web address `url` is one of those that `lines` name."""
    host = _host(url)
    return any(
        url.startswith(line)
        if line.lower().startswith(_SCHEMES)
        else host == line.lower() or host.endswith(f".{line.lower()}")
        for line in lines.splitlines()
    )


def _host(line: str) -> str:
    """The host of an address or of a line that is only a host; empty when there is none."""
    try:
        parts = urlsplit(line if "://" in line else f"//{line}")
        host = parts.hostname or ""
    except ValueError:
        return ""
    if "://" in line:
        return host if line.lower().startswith(_SCHEMES) else ""
    return host if host == line.lower() and "." in host else ""
