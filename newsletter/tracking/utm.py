"""UTM parameters, by which the web statistics of a linked site tell where its visitors come from."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MEDIUM = "email"


def with_utm(url: str, source: str, campaign: str) -> str:
    """`url` with `utm_source`, `utm_medium` and `utm_campaign`, but for those that it has already.

    The rest stays as it is, letter for letter; an address that cannot be read is not changed.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    there = {name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    wanted = {"utm_source": source, "utm_medium": MEDIUM, "utm_campaign": campaign}
    added = urlencode({name: value for name, value in wanted.items() if name not in there})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added)))))
