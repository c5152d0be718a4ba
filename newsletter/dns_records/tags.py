"""Lists of tags such as `v=DKIM1; k=rsa`, in which DKIM and DMARC write their records (RFC 6376 §3.2)."""


def read_tags(record: str) -> dict[str, str]:
    """The value of each tag, without space around it; names in lower case. What has no `=` is left out.

    Raises `ValueError` for a tag that occurs twice, which makes a record void.
    """
    tags: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not equals or not name:
            continue
        if name in tags:
            message = f"it has “{name}=” twice"
            raise ValueError(message)
        tags[name] = value.strip()
    return tags


def begins_with(record: str, version: str) -> bool:
    """Whether the first tag or word of a record is `version`, such as `v=spf1`, in any case of letters."""
    first = record.partition(";")[0].split(maxsplit=1)
    return bool(first) and first[0].lower() == version
