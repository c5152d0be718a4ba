"""A likely typo in the domain of an address: `gmial.com` for `gmail.com`."""

from rapidfuzz.distance import OSA

# Where most people have their mail, and names near those that are somebody's own.
USUAL = (
    *("gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "live.com"),
    *("yahoo.co.uk", "hotmail.co.uk", "btinternet.com", "comcast.net", "verizon.net", "sbcglobal.net"),
    *("yahoo.de", "hotmail.de", "outlook.de", "t-online.de", "freenet.de", "posteo.de", "bluewin.ch"),
    *("yahoo.fr", "hotmail.fr", "outlook.fr", "orange.fr", "wanadoo.fr", "laposte.net"),
    *("yahoo.it", "hotmail.it", "outlook.it", "libero.it", "virgilio.it", "tiscali.it"),
    *("protonmail.com", "fastmail.com", "mailbox.org"),
)
ALSO_THERE = frozenset({"ymail.com", "email.com", "mail.com", "gmx.com", "rocketmail.com", "lives.com"})
SHORTEST = 8  # characters of a domain that is suggested: near a short one, too many others are


def suggest_address(email: str) -> str | None:
    """The address that was probably meant; None where nothing looks wrong. One letter may be wrong."""
    local, at, domain = email.rpartition("@")
    domain = domain.lower()
    if not at or domain in USUAL or domain in ALSO_THERE:
        return None
    for usual in USUAL:
        if len(usual) >= SHORTEST and OSA.distance(domain, usual, score_cutoff=1) == 1:
            return f"{local}@{usual}"
    return None
