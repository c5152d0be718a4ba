"""Where the spamd of a SpamAssassin is: `spamd://host:783`."""

from urllib.parse import urlsplit


def check_spamd_url(value: str) -> str:
    """`value` without spaces around it; empty for none. `ValueError` for what is no such address."""
    value = value.strip()
    try:
        place = urlsplit(value)
        usable = place.scheme == "spamd" and place.hostname and place.port != 0 and not place.username
    except ValueError:
        usable = False
    if value and (not usable or place.path.strip("/") or place.query):
        message = "it must be the address of a spamd, such as spamd://127.0.0.1:783"
        raise ValueError(message)
    return value
