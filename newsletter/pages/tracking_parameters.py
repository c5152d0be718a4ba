"""Parameters of a URL that tell where somebody came from and select nothing: the page is the same without.

Collected from the query stripping of Firefox, ClearURLs and AdGuard's tracking filter, without what might
select something somewhere (`cid`, `uid`, `eid`, `session`, `source`).
"""

import re
from typing import Final
from urllib.parse import unquote_plus

_PREFIXES: Final = (
    *("utm_", "mtm_", "pk_", "mkt_", "itm_", "stm_", "hsa_", "vero_", "oly_", "ns_", "fb_", "_hs", "__hs"),
    *("guce_", "at_medium", "at_campaign", "at_link", "at_custom", "at_format", "at_bbc", "at_ptr", "wt.mc"),
)
_NAMES: Final = frozenset(
    (
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid"),
        *("ttclid", "li_fat_id", "igshid", "igsh", "mibextid", "sfnsn", "epik", "srsltid", "_ga", "_gl"),
        *("mc_cid", "mc_eid", "mc_tc", "ml_subscriber", "ml_subscriber_hash", "ck_subscriber_id", "__s"),
        *("hsctatracking", "wickedid", "rb_clickid", "s_cid", "s_kwcid", "ef_id", "spm", "_openstat", "xtor"),
        *("cmp", "cmpid", "ncid", "icid", "smid", "smtyp", "ref_src", "ref_url", "referrer", "referer"),
        *("guccounter", "triedredirect", "showwelcome", "_branch_match_id", "__twitter_impression", "taid"),
    )
)
# Ghost, Substack and others write the name of who links; elsewhere such a parameter may select something.
_ORIGINS: Final = frozenset({"ref", "source", "src", "via"})
_ORIGIN: Final = re.compile(
    r"(?:[a-z0-9-]+\.)+[a-z]{2,}|rss|atom|feed|e?mail|newsletters?|social|share|twitter|facebook|linkedin|"
    r"mastodon|bluesky|hackernews|reddit|home(?:page)?",
    re.IGNORECASE,
)
_OF_HOSTS: Final = {
    "youtube.com": frozenset({"si", "feature", "pp"}),
    "youtu.be": frozenset({"si", "feature"}),
    "open.spotify.com": frozenset({"si"}),
    "twitter.com": frozenset({"s", "t"}),
    "x.com": frozenset({"s", "t"}),
}


def without_tracking(host: str, query: str) -> str:
    """`query`, of a page on `host`, without these parameters; the others stay as they are, in their order."""
    of_host = _OF_HOSTS.get(host.removeprefix("www.").removeprefix("m."), frozenset())
    kept = (part for part in query.split("&") if part and not _is_tracking(part, of_host))
    return "&".join(kept)


def _is_tracking(parameter: str, of_host: frozenset[str]) -> bool:
    name, _, value = parameter.partition("=")
    name = unquote_plus(name).lower()
    if name in _NAMES or name in of_host or name.startswith(_PREFIXES):
        return True
    return name in _ORIGINS and _ORIGIN.fullmatch(unquote_plus(value)) is not None
