"""The relays of `SMTP_URL`: one URL, or several with white space between them.

The options for limits are split off each URL; `smtp.url` parses what is left, which says how to reach the
relay.
"""

from urllib.parse import unquote_plus

from newsletter.core.errors import Refused
from newsletter.smtp.url import parse_smtp_url
from newsletter.transports.limit_settings import FIELDS, check_limits, check_name
from newsletter.transports.transport_config import TransportConfig, url_key

# How to speak to a relay is for `smtp.url` to read, like everything about reaching it.
OPTIONS = ("name", *(limit for limit in FIELDS if limit != "dialogue"))
SCHEMES = ("smtp://", "smtps://")


def environment_transports(text: str) -> list[TransportConfig]:
    """The relays in the order of `text`. Raises `Refused` with a sentence that repeats no credential."""
    urls = text.split()
    if len(urls) > 1 and not all(url.lower().startswith(SCHEMES) for url in urls):
        raise _refused(
            "holds a space with no URL after it; spaces separate relays, one in a password is written %20."
        )
    configs = [_transport_config(url) for url in urls or [""]]
    if len({config.key for config in configs}) < len(configs):
        raise _refused("names the same relay and user twice.")
    return configs


def _transport_config(url: str) -> TransportConfig:
    bare, options = _split_options(url)
    relay = parse_smtp_url(bare, OPTIONS)
    try:
        name = check_name(options.pop("name", ""))
        limits = check_limits(options)
    except Refused as error:
        option, problem = next(iter(error.fields.items()))
        raise _refused(f"has a wrong {option}: {problem}") from None
    return TransportConfig(
        url_key(relay), name or relay.where, relay, limits.weight, limits.limits(relay.host)
    )


def _split_options(url: str) -> tuple[str, dict[str, str]]:
    """The URL without the options for limits, and those by their names."""
    head, sign, query = url.partition("?")
    kept: list[str] = []
    ours: dict[str, str] = {}
    for part in query.split("&"):
        key, _sign, value = part.partition("=")
        if key not in OPTIONS:
            kept.append(part)
            continue
        if key in ours:
            raise _refused(f"gives the option {key} twice.")
        ours[key] = unquote_plus(value)
    return head + (sign + "&".join(kept) if any(kept) else ""), ours


def _refused(message: str) -> Refused:
    return Refused("smtp_url", f"SMTP_URL {message}", {"SMTP_URL": message})
