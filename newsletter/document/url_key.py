"""One spelling of an address, by which two that lead to the same place in a text are found."""

from markdown_it.common.normalize_url import normalizeLink


def normal_url(url: str) -> str:
    """`url` as Markdown writes it into a link: percent-encoded, an IDN host as A-labels (RFC 3986, 3987).

    Done twice, it is the same: what a field holds and what stands in a rich text become equal.
    """
    return normalizeLink(url)
